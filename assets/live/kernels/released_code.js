// The virtual teacher by the paper's equation 9, and by the released code. Twin: dkdemo/kernels/teacher_free.py.
import { equivalentAlpha } from "../sums.js";

export default function ({ classes, right, temperature }) {
  const count = Math.round(classes);
  const other = (1 - right) / (count - 1);
  /** Shares of the right class and of one wrong class, for two logits. */
  const softened = (z, rest) => {
    const weight = Math.exp((rest - z) / temperature);
    const total = 1 + (count - 1) * weight;
    return [1 / total, weight / total];
  };
  const [paper, paperOther] = softened(Math.log(right), Math.log(other));
  const [code, codeOther] = softened(right, other);
  return {
    classes: count,
    right,
    temperature,
    paper: [count * paper, count * paperOther],
    paper_text: [paper, paperOther].map((share) => share.toFixed(5)),
    code: [count * code, count * codeOther],
    code_text: [code, codeOther].map((share) => share.toFixed(5)),
    paper_times: paper / paperOther,
    code_times: code / codeOther,
    alpha_paper: equivalentAlpha(count, paper),
    alpha_code: equivalentAlpha(count, code),
  };
}
