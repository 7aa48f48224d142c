// What three teachers say of one image: uniform, virtual, oneself. Twin: dkdemo/kernels/teacher_free.py.
import { entropy, equivalentAlpha, percent, softmax } from "../sums.js";

export default function ({ logits, label, right, temperature }) {
  const count = logits.length;
  const own = softmax(logits, temperature);
  const other = (1 - right) / (count - 1);
  const virtual = softmax(own.map((_, k) => Math.log(k === label ? right : other)), temperature);
  const uniform = own.map(() => 1 / count);
  const wrong = own.filter((_, k) => k !== label);
  const second = own.indexOf(Math.max(...wrong));
  const texts = (answer) => answer.map((share, k) => (k === label || k === second ? percent(share) : ""));
  return {
    right,
    temperature,
    uniform,
    uniform_text: texts(uniform),
    virtual,
    virtual_text: texts(virtual),
    own,
    own_text: texts(own),
    virtual_right: virtual[label],
    virtual_wrong: virtual[second],
    alpha: equivalentAlpha(count, virtual[label]),
    own_right: own[label],
    ratio: Math.max(...wrong) / Math.min(...wrong),
    doubt: entropy(own),
  };
}
