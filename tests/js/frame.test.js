// pages/common/chinese.js, connection.js and cookie.js: what Streamlit says in Chinese, when a connection is lost, how the cookie comes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

function told(file, name) {
  const source = readFileSync(new URL(`../../pages/common/${file}`, import.meta.url), "utf8");
  return vm.runInNewContext(`${source}\n${name}`, {});
}

const inChinese = told("chinese.js", "inChinese");
const WORDS = told("chinese.js", "WORDS");
const isLost = told("connection.js", "isLost");

// A browser that hands in tickets: what it has asked the server; `away` makes the server silent.
function courier() {
  const asked = [];
  const world = {
    away: false,
    fetch: async (address, { method, body }) => {
      asked.push([method, address, body]);
      if (world.away) throw new TypeError("Failed to fetch");
    },
  };
  const source = readFileSync(new URL("../../pages/common/cookie.js", import.meta.url), "utf8");
  return { asked, world, run: vm.runInNewContext(`${source}\nrunErrand`, world) };
}

const errand = (more) => ({ address: "/sign-in", ticket: null, leave: false, ...more });

test("a ticket is handed in once, however often the frame is drawn", async () => {
  const { asked, run } = courier();
  for (const ticket of ["one", "one", "two", "two", null]) await run(errand({ ticket }));
  assert.deepEqual(asked, [["POST", "/sign-in", "one"], ["POST", "/sign-in", "two"]]);
});

test("a ticket that did not arrive is handed in again", async () => {
  const { asked, world, run } = courier();
  world.away = true;
  await run(errand({ ticket: "one" }));
  world.away = false;
  for (const ticket of ["one", "one"]) await run(errand({ ticket }));
  assert.equal(asked.length, 2);
});

test("who leaves gives the cookie back once, and a visitor gives none", async () => {
  const { asked, run } = courier();
  await run(errand({}));
  for (const leave of [true, true]) await run(errand({ leave }));
  await run(errand({ ticket: "one" }));
  await run(errand({ leave: true }));
  assert.deepEqual(asked.map(([method]) => method), ["DELETE", "POST", "DELETE"]);
});

test("a whole text of Streamlit's is said in Chinese", () => {
  assert.equal(inChinese("Choose an option"), "请选择");
  assert.equal(inChinese(" No results "), " 没有找到 ");
});

test("a text with something of its own keeps it", () => {
  assert.equal(inChinese("Page 12"), "第 12 页");
  assert.equal(inChinese("Remove 诉求台账 $1.xlsx"), "移除 诉求台账 $1.xlsx");
  assert.equal(inChinese("20MB per file"), "每个文件不超过 20MB");
  assert.equal(inChinese("Error: File must be 20.0MB or smaller."), "出错：文件不能超过 20.0MB。");
  assert.equal(inChinese("Help for 新密码"), "新密码：说明");
  assert.equal(inChinese("1 option available."), "有 1 项可选");
  assert.equal(inChinese("year, 日期 start date"), "日期：开始日期 年");
  assert.equal(inChinese("Selected Range: November 25, 2026 to May 1, 2027"), "已选 2026年11月25日 至 2027年5月1日");
});

test("what is not Streamlit's stays as it is", () => {
  for (const text of ["", " ", "泥河镇", "Close the door", "xlsx", "11月26日 20:15", "constructor", "toString"]) {
    assert.equal(inChinese(text), text);
  }
});

test("what has been said in Chinese is said once", () => {
  for (const [english, chinese] of Object.entries(WORDS)) {
    assert.equal(inChinese(english), chinese);
    assert.equal(inChinese(chinese), chinese);
  }
});

test("the connection is lost when Streamlit says so, the machine is off the network, or nothing was heard for a minute", () => {
  assert.equal(isLost("CONNECTED", false, 3000), false);
  assert.equal(isLost(null, false, 0), false); // before the page stands
  assert.equal(isLost("PINGING_SERVER", false, 0), true);
  assert.equal(isLost("CONNECTED", true, 0), true);
  assert.equal(isLost("CONNECTED", false, 61000), true);
});
