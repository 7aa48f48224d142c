// The tab's one connection to /live: who watches which topic, and what was said on it so far.

const ADDRESS = new URL("../../live", import.meta.url.replace(/^http/, "ws")).href;
const IDLE = 15000; // ms without a listener before the line is dropped

const MOST = 15; // topics asked for on one connection; the server lets go whoever asks for many more

const topics = new Map(); // topic -> { listeners: Set, messages: [] }
const watchers = new Set(); // told when the line breaks or is back
let socket = null, attempts = 0, waiting = 0, idling = 0;

/** Listen to a topic. A listener is { reset(), message(m) }: reset comes before the history, which the
 * server sends again in full after every reconnect. Returns the function that ends it. */
export function listen(topic, listener) {
  clearTimeout(idling);
  const known = topics.get(topic);
  const entry = known ?? { listeners: new Set(), messages: [] };
  entry.listeners.add(listener);
  topics.set(topic, entry);
  listener.reset();
  // The second chart on the same run, or the same chart after a walk, needs no second history from the server.
  if (known) known.messages.forEach((message) => listener.message(message));
  else if (topics.size > MOST) socket?.close(); // and the next connection asks only for what is watched
  else if (socket?.readyState === WebSocket.OPEN) ask([topic]);
  connect();
  return () => {
    entry.listeners.delete(listener);
    if (!watched().length) idling = setTimeout(() => watched().length || socket?.close(), IDLE);
  };
}

const watched = () => [...topics.keys()].filter((topic) => topics.get(topic).listeners.size);

/** ``told(connected)`` whenever the line breaks or comes back. Returns the function that ends it. */
export function watch(told) {
  watchers.add(told);
  return () => watchers.delete(told);
}

const ask = (names) => socket.send(JSON.stringify({ subscribe: names }));

function connect() {
  if (socket || !watched().length) return;
  clearTimeout(waiting);
  socket = new WebSocket(ADDRESS);
  socket.onopen = () => {
    attempts = 0;
    for (const [topic, entry] of topics) {
      if (!entry.listeners.size) topics.delete(topic);
      entry.messages = [];
      entry.listeners.forEach((listener) => listener.reset());
    }
    if (topics.size) ask([...topics.keys()]);
    watchers.forEach((told) => told(true));
  };
  socket.onmessage = ({ data }) => {
    const { topic, message } = JSON.parse(data);
    message.heard = performance.now(); // told again to a later listener, it is as old as it is
    const entry = topics.get(topic);
    if (!entry) return;
    if (begins(message, entry.messages)) entry.messages = [];
    entry.messages = entry.messages.filter((past) => !replaces(message, past));
    entry.messages.push(message);
    entry.listeners.forEach((listener) => listener.message(message));
  };
  socket.onclose = () => {
    socket = null;
    if (!watched().length) return topics.clear();
    if (topics.size > MOST) return connect();
    watchers.forEach((told) => told(false));
    // Three hundred browsers lose the server at the same moment: they must not come back at the same moment.
    const delay = Math.min(15000, 400 * 2 ** attempts) * (0.5 + Math.random());
    attempts += 1;
    waiting = setTimeout(connect, delay);
  };
}

const FINAL = ["done", "stopped", "failed"];

/** Is this the first word of a run begun anew, after one of the same settings that ended? */
function begins(message, past) {
  if (message.kind !== "state" || FINAL.includes(message.state)) return false;
  return past.some((old) => old.kind === "state" && (FINAL.includes(old.state) || (old.run && old.run !== message.run)));
}

/** A later state, and a later snapshot of the same name, make the earlier one worthless. */
function replaces(next, past) {
  return next.kind === past.kind && (next.kind === "state" || (next.kind === "snapshot" && next.name === past.name));
}

addEventListener("online", () => { attempts = 0; connect(); });
