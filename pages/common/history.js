// One Back is one step. Streamlit writes steps of its own into the browser's history, which are left out here:
// - Going to another page, it first puts the new page's parameters behind the old page's path; the step to the new page takes
//   that step's place, or Back would lead to the old page with the wrong filters.
// - Closing a record drops its parameter as one more step, and Back would open the record again; it goes back instead.
// - A page opened from the menu writes the period and township that go along into its address as one more step; it takes the step's place.
// - A run that Back has overtaken still reports its page when it starts, and Streamlit would step forward to it; who has gone
//   back stays there until he asks for something.
// Back also shows the place of the page that was left: Streamlit draws the page anew, and its own scrolling begins at the top.
const HASTE = 1000; // ms: an input so soon after a step is the second half of a double click, not a new wish
const RETURN = 3000; // ms that a page left by Back has to be drawn again
const STEP = 100; // ms
const BESIDE = ["record"]; // parameters of what lies over a page

function keepPlaces() {
  if (window.boardKeepsPlaces) return;
  window.boardKeepsPlaces = true;
  const push = history.pushState.bind(history);
  let last = null;
  let quiet = false;
  let wentBack = false;
  let bare = null; // the path of a page that has just opened without parameters
  const asked = () => {
    wentBack = false;
    bare = null;
    places.set(location.href, scroller()?.scrollTop ?? 0);
    if (last && Date.now() - last.at > HASTE) last = null;
  };
  const scroller = () => document.querySelector('[data-testid="stMain"]');
  const places = new Map(); // how far each address was scrolled when it was last touched
  const restored = (address) => {
    const wanted = places.get(address);
    if (!wanted) return;
    const until = Date.now() + RETURN;
    const patrol = setInterval(() => {
      const main = scroller();
      const there = main && main.scrollHeight - main.clientHeight >= wanted;
      if (there) main.scrollTop = wanted;
      if (Date.now() > until || location.href !== address) clearInterval(patrol);
    }, STEP);
    ["wheel", "touchstart", "pointerdown", "keydown"].forEach((input) => window.addEventListener(input, () => clearInterval(patrol), { once: true, capture: true }));
  };
  ["pointerdown", "keydown", "click"].forEach((input) => window.addEventListener(input, asked, true));
  window.addEventListener(
    "popstate",
    (event) => {
      last = null;
      wentBack = !quiet;
      if (quiet) event.stopImmediatePropagation();
      else restored(location.href);
      quiet = false;
    },
    true
  );
  const under = (address) => {
    const url = new URL(address);
    BESIDE.forEach((name) => url.searchParams.delete(name));
    url.searchParams.sort();
    return url.href;
  };
  const lies = (address) => BESIDE.some((name) => new URL(address).searchParams.has(name));
  history.pushState = (state, title, url) => {
    const here = location.href;
    const next = new URL(url ?? here, here);
    const moved = next.pathname !== location.pathname;
    if (moved && wentBack) return;
    const filled = !moved && bare === location.pathname;
    bare = moved && !next.search ? next.pathname : null;
    const onTheWay = moved && last && last.pathname === location.pathname && location.search === next.search;
    last = moved ? null : { pathname: location.pathname, at: Date.now() };
    if (onTheWay || filled) return history.replaceState(state, title, url);
    if (!moved && under(here) === under(next.href) && lies(here) !== lies(next.href)) {
      if (lies(next.href)) return push({ ...state, over: true }, title, url);
      if (!history.state?.over) return history.replaceState(state, title, url);
      quiet = true;
      return history.back();
    }
    return push(state, title, url);
  };
}
