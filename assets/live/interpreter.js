// Streamlit's own few words, said in the viewer's language: its widgets know English only (dkdemo/web/interpreter.py).
// What it writes is replaced where it stands; it rewrites a text only when that changes, and then we hear of it.

const ATTRIBUTES = ["aria-label", "title"];
const OURS = "svg, script, style, noscript, .dk-walker"; // nothing of Streamlit's is said in there
const written = new WeakMap(); // node -> place -> { theirs, ours }
let plain = new Map();
let filled = [];

/* "{size} per file" as a pattern whose groups are what Streamlit filled in. */
function pattern(theirs) {
  const escaped = theirs.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp("^" + escaped.replace(/\{(\w+)\}/g, "(?<$1>.+?)") + "$", "s");
}

function ours(theirs) {
  if (plain.has(theirs)) return plain.get(theirs);
  for (const { found, words } of filled) {
    const match = found.exec(theirs);
    if (match) return words.replace(/\{(\w+)\}/g, (whole, name) => match.groups[name]);
  }
  return theirs;
}

/* What now stands at a place of a node: Streamlit's words, unless it is we who wrote them. */
function said(node, place, now) {
  const places = written.get(node) ?? {};
  const theirs = places[place]?.ours === now ? places[place].theirs : now;
  const wanted = ours(theirs);
  if (wanted !== theirs) written.set(node, { ...places, [place]: { theirs, ours: wanted } });
  return wanted;
}

function sayText(node) {
  const now = node.data.trim();
  if (!now) return;
  const wanted = said(node, "text", now);
  if (wanted !== now) node.data = node.data.replace(now, () => wanted);
}

function sayAttributes(element) {
  for (const name of ATTRIBUTES) {
    const now = element.getAttribute(name);
    if (!now) continue;
    const wanted = said(element, name, now);
    if (wanted !== now) element.setAttribute(name, wanted);
  }
}

function say(root) {
  if (root.nodeType === Node.TEXT_NODE) return root.parentElement?.closest(OURS) ? undefined : sayText(root);
  if (!(root instanceof Element) || root.closest(OURS)) return;
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element && node.matches(OURS) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT
  );
  for (let node = root; node; node = nodes.nextNode()) node instanceof Element ? sayAttributes(node) : sayText(node);
}

function heard(records) {
  for (const { type, target, addedNodes } of records) {
    if (type === "attributes") target.closest(OURS) || sayAttributes(target);
    else if (type === "characterData") say(target);
    else addedNodes.forEach(say);
  }
}

let listening = null;

/** From now on say it so: pairs of Streamlit's words and ours, in which {name} stands for what is filled in. */
export function interpret(pairs) {
  const whole = ([theirs]) => !theirs.includes("{");
  plain = new Map(pairs.filter(whole));
  filled = pairs.filter((pair) => !whole(pair)).map(([theirs, words]) => ({ found: pattern(theirs), words }));
  if (!listening) {
    listening = new MutationObserver(heard);
    listening.observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ATTRIBUTES });
  }
  say(document.body);
}
