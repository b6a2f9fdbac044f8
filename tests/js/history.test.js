// pages/common/history.js: one Back is one step, whatever Streamlit writes into the browser's history.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

import { Tab } from "./browser.js";

const SOURCE = readFileSync(new URL("../../pages/common/history.js", import.meta.url), "utf8");

function opened(address) {
  const tab = new Tab(`http://board${address}`);
  const context = vm.createContext(tab.globals);
  vm.runInContext(`${SOURCE}\nkeepPlaces();`, context);
  tab.again = () => vm.runInContext("keepPlaces();", context);
  tab.listen();
  return tab;
}

test("a filter is a step of its own, and Back leads before it", () => {
  const tab = opened("/duty");
  tab.click();
  tab.push("/duty?period=2026-09");
  tab.click();
  tab.push("/duty?period=2026-08");
  assert.deepEqual(tab.paths, ["/duty", "/duty?period=2026-09", "/duty?period=2026-08"]);
  tab.go(-1);
  assert.equal(tab.path, "/duty?period=2026-09");
  assert.deepEqual(tab.heard, ["/duty?period=2026-09"]);
});

test("another page is one step, though Streamlit takes two to it", () => {
  const tab = opened("/overview?period=2026-10");
  tab.click();
  tab.push("/overview?township=149981101"); // the new page's parameters behind the old page's path
  tab.push("/township?township=149981101");
  assert.deepEqual(tab.paths, ["/overview?period=2026-10", "/township?township=149981101"]);
  tab.go(-1);
  assert.equal(tab.path, "/overview?period=2026-10");
});

test("a double click's second half does not tear the step to a page apart", () => {
  const tab = opened("/overview");
  tab.click();
  tab.push("/overview?township=149981101");
  tab.click(300);
  tab.push("/township?township=149981101");
  assert.deepEqual(tab.paths, ["/overview", "/township?township=149981101"]);
});

test("a filter chosen some time before going on stays a step", () => {
  const tab = opened("/duty");
  tab.click();
  tab.push("/duty?period=2026-09");
  tab.click();
  tab.push("/nights?period=2026-09");
  assert.deepEqual(tab.paths, ["/duty", "/duty?period=2026-09", "/nights?period=2026-09"]);
});

test("a filter that is not the new page's stays a step", () => {
  const tab = opened("/duty");
  tab.click();
  tab.push("/duty?period=2026-09");
  tab.push("/nights?period=2026-10");
  assert.deepEqual(tab.paths, ["/duty", "/duty?period=2026-09", "/nights?period=2026-10"]);
});

test("closing a record goes back to before it was opened, and Streamlit hears nothing of it", () => {
  const tab = opened("/township?township=149981101");
  tab.click();
  tab.push("/township?township=149981101&record=42");
  assert.equal(tab.history.state.over, true);
  tab.click();
  tab.push("/township?township=149981101");
  assert.equal(tab.path, "/township?township=149981101");
  assert.equal(tab.at, 0);
  assert.deepEqual(tab.heard, []);
});

test("Back closes a record, and Streamlit hears of it", () => {
  const tab = opened("/township?township=149981101");
  tab.click();
  tab.push("/township?township=149981101&record=42");
  tab.go(-1);
  assert.deepEqual(tab.heard, ["/township?township=149981101"]);
});

test("a record that a link opened is closed in its place: there is nothing before it", () => {
  const tab = opened("/township?township=149981101&record=42");
  tab.click();
  tab.push("/township?township=149981101");
  assert.deepEqual(tab.paths, ["/township?township=149981101"]);
});

test("parameters in another order are the same place", () => {
  const tab = opened("/township?township=149981101&period=2026-10");
  tab.click();
  tab.push("/township?period=2026-10&record=42&township=149981101");
  tab.click();
  tab.push("/township?period=2026-10&township=149981101");
  assert.equal(tab.at, 0);
});

test("after Back a run that was overtaken does not lead forward again", () => {
  const tab = opened("/overview");
  tab.click();
  tab.push("/duty");
  tab.go(-1);
  tab.push("/duty"); // the late run reports its page
  assert.equal(tab.path, "/overview");
  tab.click();
  tab.push("/duty"); // asked for
  assert.equal(tab.path, "/duty");
});

test("every component may ask for it, and it is done once", () => {
  const tab = opened("/overview");
  const patched = tab.history.pushState;
  tab.again();
  assert.equal(tab.history.pushState, patched);
});

test("a page of the menu that writes what goes along into its address is one step", () => {
  const tab = opened("/overview?period=2026-10");
  tab.click();
  tab.push("/duty");
  tab.push("/duty?period=2026-10");
  assert.deepEqual(tab.paths, ["/overview?period=2026-10", "/duty?period=2026-10"]);
  tab.go(-1);
  assert.equal(tab.path, "/overview?period=2026-10");
});

test("what is chosen on a page without parameters stays a step", () => {
  const tab = opened("/overview");
  tab.click();
  tab.push("/duty");
  tab.click();
  tab.push("/duty?period=2026-09");
  assert.deepEqual(tab.paths, ["/overview", "/duty", "/duty?period=2026-09"]);
});

test("Back shows the place of the list that was left", () => {
  const tab = opened("/cases?page=2");
  tab.main.scrollTop = 1400;
  tab.click();
  tab.push("/case?number=7");
  tab.main = { scrollTop: 0, scrollHeight: 900, clientHeight: 900 };
  tab.go(-1);
  tab.wait(100);
  assert.equal(tab.main.scrollTop, 0, "the list is not drawn yet");
  tab.main.scrollHeight = 5000;
  tab.wait(100);
  assert.equal(tab.main.scrollTop, 1400);
  tab.main.scrollTop = 200; // the reader has begun to scroll: nothing pulls him back
  tab.window.dispatch("wheel");
  tab.wait(100);
  assert.equal(tab.main.scrollTop, 200);
});
