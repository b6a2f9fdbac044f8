// One Back is one step. Streamlit writes steps of its own into the browser's history, which are left out here:
// - Going to another page, it first puts the new page's parameters behind the old page's path; the step to the new page takes
//   that step's place, or Back would lead to the old page with the wrong filters.
// - Closing a record drops its parameter as one more step, and Back would open the record again; it goes back instead.
// - A run that Back has overtaken still reports its page when it starts, and Streamlit would step forward to it; who has gone
//   back stays there until he asks for something.
const HASTE = 1000; // ms: an input so soon after a step is the second half of a double click, not a new wish
const BESIDE = ["record"]; // parameters of what lies over a page

function keepPlaces() {
  if (window.boardKeepsPlaces) return;
  window.boardKeepsPlaces = true;
  const push = history.pushState.bind(history);
  let last = null;
  let quiet = false;
  let wentBack = false;
  const asked = () => {
    wentBack = false;
    if (last && Date.now() - last.at > HASTE) last = null;
  };
  ["pointerdown", "keydown", "click"].forEach((input) => window.addEventListener(input, asked, true));
  window.addEventListener(
    "popstate",
    (event) => {
      last = null;
      wentBack = !quiet;
      if (quiet) event.stopImmediatePropagation();
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
    const onTheWay = moved && last && last.pathname === location.pathname && location.search === next.search;
    last = moved ? null : { pathname: location.pathname, at: Date.now() };
    if (onTheWay) return history.replaceState(state, title, url);
    if (!moved && under(here) === under(next.href) && lies(here) !== lies(next.href)) {
      if (lies(next.href)) return push({ ...state, over: true }, title, url);
      if (!history.state?.over) return history.replaceState(state, title, url);
      quiet = true;
      return history.back();
    }
    return push(state, title, url);
  };
}
