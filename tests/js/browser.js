// As much of a browser as the history of one tab needs: entries, location, events. `settle()` lets what a browser does later happen.

class Events {
  constructor() {
    this.listeners = [];
  }

  addEventListener(type, listener, options = false) {
    const capture = options === true || options.capture === true;
    this.listeners.push({ type, listener, capture });
  }

  dispatch(type, more = {}) {
    let stopped = false;
    const event = { type, ...more, stopImmediatePropagation: () => (stopped = true) };
    for (const capture of [true, false]) {
      for (const each of this.listeners.filter((one) => one.type === type && one.capture === capture)) {
        if (!stopped) each.listener(event);
      }
    }
  }
}

export class Tab {
  constructor(address) {
    this.entries = [{ href: address, state: null }];
    this.at = 0;
    this.now = 0;
    this.later = [];
    this.window = new Events();
    const tab = this;
    this.location = {
      get href() {
        return tab.entries[tab.at].href;
      },
      get pathname() {
        return new URL(this.href).pathname;
      },
      get search() {
        return new URL(this.href).search;
      },
    };
    this.history = {
      get state() {
        return tab.entries[tab.at].state;
      },
      pushState(state, title, url) {
        tab.entries.splice(tab.at + 1, Infinity, { href: tab.resolved(url), state });
        tab.at += 1;
      },
      replaceState(state, title, url) {
        tab.entries[tab.at] = { href: tab.resolved(url), state };
      },
      back: () => tab.later.push(() => tab.go(-1)),
    };
    // The steps Streamlit hears of.
    this.heard = [];
    // What scrolls, and what asks again and again.
    this.main = { scrollTop: 0, scrollHeight: 5000, clientHeight: 900 };
    this.patrols = [];
  }

  // What `keepPlaces` may reach, and nothing else.
  get globals() {
    return {
      window: this.window,
      history: this.history,
      location: this.location,
      document: { querySelector: () => this.main },
      setInterval: (patrol) => this.patrols.push(patrol),
      clearInterval: (number) => (this.patrols[number - 1] = null),
      URL,
      Date: { now: () => this.now },
    };
  }

  resolved(url) {
    return new URL(url ?? this.location.href, this.location.href).href;
  }

  go(steps) {
    if (!this.entries[this.at + steps]) return;
    this.at += steps;
    this.window.dispatch("popstate", { state: this.history.state });
  }

  // `ms` later, of which the patrols hear once.
  wait(ms) {
    this.now += ms;
    this.patrols.forEach((patrol) => patrol?.());
  }

  settle() {
    while (this.later.length) this.later.shift()();
  }

  // Streamlit listens after the page's components have been drawn.
  listen() {
    this.window.addEventListener("popstate", () => this.heard.push(this.path));
  }

  // A reader does something, `after` milliseconds later.
  click(after = 5000) {
    this.now += after;
    this.window.dispatch("pointerdown");
    this.window.dispatch("click");
  }

  push(url, state = {}) {
    this.history.pushState(state, "", url);
    this.settle();
  }

  get path() {
    return this.location.href.replace("http://board", "");
  }

  get paths() {
    return this.entries.map((entry) => entry.href.replace("http://board", ""));
  }
}
