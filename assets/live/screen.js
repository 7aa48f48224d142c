// What this viewer's screen is like: light or dark, and the libraries that a chart needs on it.

/** Is the page behind this element dark? Asked of the computed colour: the theme may come from anywhere. */
export function isDark(element) {
  const probe = document.createElement("span");
  probe.style.cssText = "display:none;color:var(--st-background-color, white)";
  element.append(probe);
  const found = getComputedStyle(probe).color.match(/[\d.]+/g)?.map(Number) ?? [255, 255, 255];
  probe.remove();
  const [r, g, b] = found.map((value) => (Math.max(...found.slice(0, 3)) <= 1 ? value * 255 : value));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 128;
}

const here = (name) => new URL(name, import.meta.url).href;
const arriving = new Map();

function once(name, start) {
  if (!arriving.has(name)) {
    const promise = new Promise(start);
    arriving.set(name, promise);
    promise.catch(() => arriving.delete(name)); // a lost packet must not cost the rest of the lecture
  }
  return arriving.get(name);
}

function attach(tag, attributes) {
  return (resolve, reject) => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.onload = () => resolve();
    node.onerror = () => { node.remove(); reject(new Error(`could not load ${attributes.src ?? attributes.href}`)); };
    document.head.append(node);
  };
}

export const stylesheet = (name) => once(name, attach("link", { rel: "stylesheet", href: here(name) }));

/** Plotly from our own server, once per tab: 4.8 MB that work without any internet. */
export async function plotly(address) {
  if (!window.Plotly) await once("plotly", attach("script", { src: new URL(address, document.baseURI).href, async: true }));
  return window.Plotly;
}

/** Plotly measures its words once, so the typeface has to be there before; without it, the next one does. */
export const typeface = () => document.fonts.load("18px 'Source Sans'").catch(() => null);

export const kernel = (name) => import(here(`kernels/${name}.js`)).then((module) => module.default);
