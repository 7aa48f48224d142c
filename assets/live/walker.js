/* The header of the house: where we are, and every way to walk through the talk.
 *
 * Keys: PageDown / PageUp (what a slide clicker sends) walk from anywhere but a text area or an open
 * dialog; the arrow keys stay with a control that uses them; M opens the map. Several quick presses
 * add up: each one walks on from the scene asked for last, not from the one still on the screen.
 *
 * To walk is to follow a link without a reload: the address changes, and Streamlit is told as it is told of
 * the browser's Back and Forward. So there is one way into a scene, whether by key, map, link or history. */

const instances = new WeakMap();

const TYPED = ":is(input:not([type=range], [type=checkbox], [type=radio]), textarea, [contenteditable]:not([contenteditable='false']))"; // M is a letter here
const FIELD = "input, textarea, select, [contenteditable]:not([contenteditable='false'])";
const ARROWS_BELONG_TO =
  FIELD + ", [role=slider], [role=radiogroup], [role=radio], [role=listbox], [role=combobox], [role=tablist], [role=menu], [data-dk-keys]";

const PATIENCE = 10_000; // ms within which a scene that was asked for comes, or never will
const HOUSE = ["lang", "present"]; // what stays in the address from scene to scene

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.onclick = value;
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

class Walker {
  constructor(parent) {
    this.root = make("div", { class: "dk-walker" });
    parent.append(this.root);
    this.asked = -Infinity; // when a scene was asked for that is not yet here
    this.left = new Map(); // "chapter/scene" -> the controls in its address when the viewer left it
    this.onkey = (event) => this.key(event);
    this.onclick = (event) => this.click(event);
    this.onback = (event) => event.isTrusted && (this.asked = -Infinity); // the browser's own Back and Forward overrule us
    window.addEventListener("popstate", this.onback);
    window.addEventListener("keydown", this.onkey, true); // before any chart or slider sees it
    window.addEventListener("click", this.onclick, true);
  }

  update(data) {
    const moved = !this.data || String(this.data.at) !== String(data.at);
    this.data = data;
    this.stops = data.talk.flatMap((chapter) => chapter.scenes.map((scene) => ({ chapter, scene })));
    this.place = this.stops.findIndex(({ chapter, scene }) => chapter.id === data.at[0] && scene.id === data.at[1]);
    // On the way to the scene asked for last, those asked for before it may flash by.
    if (!(performance.now() - this.asked < PATIENCE)) this.wanted = this.place;
    if (this.wanted === this.place) this.asked = -Infinity;
    const open = this.map?.open;
    this.draw();
    if (open && !moved) this.openMap();
    if (moved) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
    if (document.documentElement.lang !== data.lang || moved) this.interpret(data);
    document.documentElement.lang = data.lang;
  }

  /* Streamlit's own words; should the program not arrive, they stay in English until the page is loaded anew. */
  interpret({ streamlit }) {
    import(new URL(streamlit.program, document.baseURI).href).then(({ interpret }) => interpret(streamlit.says), console.warn);
  }

  /* The address of a scene: language and mode as they are, controls as the viewer left them there. */
  href({ chapter, scene }, changes = {}) {
    const now = new URLSearchParams(location.search);
    const query = new URLSearchParams({ scene: scene.id });
    for (const name of HOUSE) if (now.has(name)) query.set(name, now.get(name));
    for (const [name, value] of this.left.get(chapter.id + "/" + scene.id) ?? []) query.set(name, value);
    for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
    return "./" + chapter.id + "?" + query;
  }

  /* Remember the controls of the scene that is being left. */
  leave() {
    const query = [...new URLSearchParams(location.search)].filter(([name]) => name !== "scene" && !HOUSE.includes(name));
    this.left.set(this.data.at.join("/"), query);
  }

  ask(stop, changes = {}) {
    if (this.wanted === this.place) this.leave();
    this.wanted = this.stops.indexOf(stop);
    this.asked = performance.now();
    this.map?.close();
    this.root.classList.add("dk-walking");
    history.pushState({}, "", this.href(stop, changes));
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  }

  step(by) {
    const stop = this.stops[this.wanted + by];
    if (stop) this.ask(stop);
  }

  /* A real link: it can be copied or opened in a new tab. */
  link(stop, attributes, ...children) {
    if (!stop) return make("span", { ...attributes, "aria-disabled": "true" }, ...children);
    return make("a", { ...attributes, href: this.href(stop) }, ...children);
  }

  /* A plain click on a link to a scene, in the header or in a page's words, walks there without a reload. */
  click(event) {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
    const [there, home] = [new URL(link.href), new URL("./", location.href)];
    if (there.origin !== home.origin || !there.pathname.startsWith(home.pathname)) return;
    const chapter = there.pathname.slice(home.pathname.length);
    const asked = there.searchParams.get("scene");
    const stop = this.stops.find((one) => one.chapter.id === chapter && (!asked || one.scene.id === asked));
    if (!stop) return;
    event.preventDefault();
    event.stopPropagation();
    this.ask(stop);
  }

  draw() {
    const { data, stops, place } = this;
    const { chapter, scene } = stops[place];
    const words = data.words;
    const number = String(chapter.number).padStart(2, "0");
    this.map = this.drawMap();
    const here = make(
      "div",
      { class: "dk-here", "aria-live": "polite" },
      make("span", { class: "dk-here-chapter" }, number + " " + chapter.title),
      make("span", { class: "dk-here-scene" }, scene.name)
    );
    const languages = make(
      "span",
      { class: "dk-languages", role: "group", "aria-label": words.language },
      ...Object.entries(data.languages).map(([code, name]) =>
        make(
          "button",
          {
            type: "button",
            lang: code,
            title: name,
            "aria-pressed": String(code === data.lang),
            onclick: () => this.ask(stops[place], { lang: code }),
          },
          code === "en" ? "EN" : "中"
        )
      )
    );
    const present = make(
      "button",
      {
        type: "button",
        class: "dk-present",
        title: words.present,
        "aria-label": words.present,
        "aria-pressed": String(data.present),
        onclick: () => this.ask(stops[place], { present: data.present ? "" : "1" }),
      },
      "▷"
    );
    this.root.classList.toggle("dk-walking", this.wanted !== place);
    this.root.replaceChildren(
      make(
        "nav",
        { class: "dk-bar", "aria-label": words.talk },
        make(
          "button",
          { type: "button", class: "dk-map-button", title: words.map + " (M)", "aria-haspopup": "dialog", onclick: () => this.openMap() },
          "☰ ",
          make("span", {}, words.map)
        ),
        this.link(stops[place - 1], { class: "dk-step", title: words.back, "aria-label": words.back, "data-step": "back" }, "‹"),
        this.link(stops[place + 1], { class: "dk-step", title: words.next, "aria-label": words.next, "data-step": "next" }, "›"),
        here,
        make("span", { class: "dk-count" }, place + 1 + " / " + stops.length),
        languages,
        present
      ),
      make("div", {
        class: "dk-progress",
        role: "progressbar",
        "aria-label": words.talk,
        "aria-valuemin": 1,
        "aria-valuemax": stops.length,
        "aria-valuenow": place + 1,
      }),
      this.map
    );
    this.root.querySelector(".dk-progress").style.setProperty("--dk-done", (100 * (place + 1)) / stops.length + "%");
  }

  drawMap() {
    const { data } = this;
    const words = data.words;
    const sections = [];
    for (const chapter of data.talk) {
      const stops = this.stops.filter((stop) => stop.chapter === chapter);
      const scenes = stops.map((stop) =>
        make(
          "li",
          {},
          this.link(
            stop,
            { "aria-current": this.stops.indexOf(stop) === this.place ? "step" : null },
            stop.scene.name,
            make("small", {}, " " + words.slides + " " + stop.scene.slides.join(", "))
          )
        )
      );
      sections.push(
        make(
          "section",
          {},
          make("p", { class: "dk-part" }, data.parts[chapter.part]),
          make(
            "h3",
            {},
            String(chapter.number).padStart(2, "0") + " " + chapter.title,
            make("small", {}, " " + chapter.minutes + " " + words.minutes)
          ),
          make("ol", {}, ...scenes)
        )
      );
    }
    const title = make("h2", { id: "dk-map-title" }, words.map_title);
    const close = make("button", { type: "button", "aria-label": words.close, title: words.close, onclick: () => this.map.close() }, "×");
    const map = make(
      "dialog",
      { class: "dk-map", "aria-labelledby": "dk-map-title" },
      make("header", {}, title, close),
      make("div", { class: "dk-map-body" }, ...sections),
      make("p", { class: "dk-keys" }, words.keys)
    );
    map.addEventListener("click", (event) => event.target === map && map.close());
    return map;
  }

  openMap() {
    if (this.map.open) return;
    this.map.showModal();
    this.map.querySelector("[aria-current]")?.focus();
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = event.composedPath()[0];
    const within = (selector) => target instanceof Element && target.closest(selector);
    if (event.key.toLowerCase() === "m" && !within(TYPED)) {
      event.preventDefault();
      if (this.map.open) this.map.close();
      else this.openMap();
      return;
    }
    if (document.querySelector("dialog[open], [role=dialog][aria-modal=true]")) return;
    let by = { PageDown: 1, PageUp: -1 }[event.key];
    if (by && within("textarea")) return;
    if (!by && !event.shiftKey && !within(ARROWS_BELONG_TO)) by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.step(by);
  }

  remove() {
    window.removeEventListener("popstate", this.onback);
    window.removeEventListener("keydown", this.onkey, true);
    window.removeEventListener("click", this.onclick, true);
    this.root.remove();
  }
}

export default function ({ data, parentElement }) {
  let walker = instances.get(parentElement);
  if (!walker) instances.set(parentElement, (walker = new Walker(parentElement)));
  walker.update(data);
  return () => {
    walker.remove();
    instances.delete(parentElement);
  };
}
