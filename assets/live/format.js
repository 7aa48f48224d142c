// Fills templates such as "At T = {temperature:.2f}". Twin: dkdemo/figures/binding.py, same rules, same result.
const PLACE = /\{\{|\}\}|\{([A-Za-z_]\w*)((?:\[\d+\])*)(?::([^{}]*))?\}/g;
const FORMAT = /^(?:d|\.(\d+)([f%g])|)$/;
const MINUS = "\u2212";

/** A template asked for a number that is not there (yet). */
export class Missing extends Error {}

export function fill(template, values) {
  return template.replace(PLACE, (whole, name, path, how) =>
    name === undefined ? whole[0] : written(valueAt(values, name + path), how ?? ""));
}

/** values["q"][2] for the address "q[2]". */
export function valueAt(values, address) {
  const [name, ...path] = address.match(/[^[\]]+/g);
  if (!(name in values)) throw new Missing(`${address} must be one of ${Object.keys(values).sort().join(", ")}`);
  return path.reduce((value, index) => value[index], values[name]);
}

export function written(value, how) {
  const kind = FORMAT.exec(how);
  if (!kind) throw new Error(`a format is d, .Nf, .N% or .Ng; got ${how}`);
  if (typeof value === "string") return value;
  const number = value === null || value === undefined ? NaN : Number(value);
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "–" : (number < 0 ? MINUS : "") + "∞";
  const size = Math.abs(number), digits = Number(kind[1] ?? 0), letter = kind[2];
  let text;
  if (letter === "g") text = significant(size, Math.max(digits, 1));
  else if (letter === "%") text = (100 * size).toFixed(digits) + "%";
  else if (letter || how === "d") text = size.toFixed(digits);
  else text = tidy(String(size));
  return (number < 0 && /[1-9]/.test(text) ? MINUS : "") + text;
}

function significant(size, digits) {
  if (size === 0) return "0";
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
  if (Number(exponent) >= digits || Number(exponent) < -4) return `${trim(mantissa)}·10${raised(exponent)}`;
  return trim(size.toFixed(Math.max(0, digits - 1 - Number(exponent))));
}

const raised = (exponent) => exponent.replace("+", "").replace(/[-0-9]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
const tidy = (text) => text.replace("e+", "e"); // 1e+21 and 1e21 are one number
