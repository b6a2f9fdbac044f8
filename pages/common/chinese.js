// Streamlit's own words in Chinese: buttons, hints and names for screen readers that no setting reaches. Whole texts only, never a part
// of one, and never inside the board's own HTML. A new Streamlit brings new words: tests/e2e/test_chinese.py finds them.
const WORDS = {
  // the frame
  "App pages": "栏目",
  "Close": "关闭",
  "Collapse sidebar": "收起侧栏",
  "Dismiss": "关闭",
  "Expand sidebar": "展开侧栏",
  "Link to heading": "指向此处的链接",
  "Loading": "正在载入",
  "Loading...": "正在载入…",
  "Main menu": "菜单",
  "Notifications": "通知",
  "Page not found": "没有这个页面",
  "Please wait...": "请稍候…",
  "Print": "打印",
  "Rerun": "刷新",
  "Always rerun": "总是刷新",
  "Running...": "正在更新…",
  "Scroll tabs left": "向左",
  "Scroll tabs right": "向右",
  "Sidebar": "侧栏",
  "Skip to main content": "跳到正文",
  "Stop": "停止",
  "The page that you have requested does not seem to exist. Running the app's main page.": "地址可能有误，已打开首页。",
  "View less": "收起",
  "Warning": "注意",
  "more": "更多",
  "progress": "进度",
  // the connection
  "Connecting": "正在连接",
  "Connection error": "连接中断",
  "Connection lost. Please wait for the app to reconnect, then try again.": "连接中断，恢复后请再试一次。",
  "Connection timed out.": "服务器没有应答，恢复后自动更新。",
  "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": "服务器没有应答，恢复后自动更新。",
  "streamlit run yourscript.py": "",
  "Streamlit server is not responding. Are you connected to the internet?": "服务器没有应答，请检查网络；恢复后自动更新。",
  // lists
  "Choose an option": "请选择",
  "Choose options": "请选择",
  "Clear value": "清除",
  "Add an option": "添加",
  "No options to select": "没有可选的",
  "No options to select.": "没有可选的",
  "No results": "没有找到",
  "Open": "展开",
  "Select all": "全选",
  "Selectbox": "选择",
  "Selectbox options": "可选的",
  "Multiselect": "选择",
  "Show suggestions": "显示可选的",
  "Suggestions": "可选的",
  "Menu": "菜单",
  "Select...": "请选择",
  // pages of a list
  "Next page": "下一页",
  "Pagination": "页码",
  "Previous page": "上一页",
  // entering
  "(required)": "（必填）",
  "Clear entry": "清除",
  "Hide password": "隐藏密码",
  "Invalid input.": "填写不符合要求。",
  "Press Ctrl+Enter to apply": "按 Ctrl+Enter 确认",
  "Press Ctrl+Enter to submit form": "按 Ctrl+Enter 提交",
  "Press Enter to apply": "按回车键确认",
  "Press Enter to submit form": "按回车键提交",
  "Press ⌘+Enter to apply": "按 ⌘+Enter 确认",
  "Press ⌘+Enter to submit form": "按 ⌘+Enter 提交",
  "Show password": "显示密码",
  "This field is required.": "必填。",
  "Help": "说明",
  // days
  "Choose date": "选择日期",
  "Choose date range": "选择起止日期",
  "Clear date": "清除日期",
  "Clear dates": "清除日期",
  "Date range": "起止日期",
  "Empty": "未填",
  "Error": "出错",
  "Error:": "出错：",
  "First available date": "最早可选",
  "Last available date": "最晚可选",
  "Next": "下月",
  "Next month": "下月",
  "Previous": "上月",
  "Previous month": "上月",
  "yyyy": "年",
  "mm": "月",
  "dd": "日",
  "Use arrow keys to navigate dates. Enter to select. Escape to close.": "用方向键选日期，回车确认，Esc 关闭。",
  "Quick select a date range": "常用时段",
  "Past Week": "近一周",
  "Past Month": "近一月",
  "Past 3 Months": "近三月",
  "Past 6 Months": "近半年",
  "Past Year": "近一年",
  "Past 2 Years": "近两年",
  // files
  "Add files": "添加文件",
  "Click to retry upload": "点此重新上传",
  "Drag and drop a file here": "把文件拖到这里",
  "Drag and drop files here": "把文件拖到这里",
  "Error uploading file": "上传没有成功，请再试一次",
  "Error deleting file": "删除没有成功，请再试一次",
  "File size is too small.": "文件太小。",
  "file upload": "上传文件",
  "Network error": "网络不通",
  "Only one file is allowed.": "只能上传一个文件。",
  "Request timed out": "服务器没有应答",
  "Retry": "重试",
  "Try again": "再试一次",
  "Unexpected error. Please try again.": "没有成功，请再试一次。",
  "Upload": "选择文件",
  // taking along
  "Close fullscreen": "退出全屏",
  "Copied": "已复制",
  "Copy": "复制",
  "Copy to clipboard": "复制",
  "Download failed": "没有下载成功，请再试一次",
  "Fullscreen": "全屏",
  "Unknown error": "没有成功，请再试一次",
};

// Texts with something of their own inside: a page number, a file's name.
const PATTERNS = [
  [/^Page (\d+)$/, "第 $1 页"],
  [/^Fullscreen: (.+)$/, "全屏：$1"],
  [/^\w+ icon$/, "图标"],
  [/^View (\d+) more$/, "还有 $1 项"],
  [/^Help for (.+)$/, "$1：说明"],
  [/^Remove (.+)$/, "移除 $1"],
  [/^Cancel upload of (.+)$/, "取消上传 $1"],
  [/^([\d.]+ ?[KMG]?B) per file$/, "每个文件不超过 $1"],
  [/^File must be ([\d.]+ ?[KMG]?B) or smaller\.$/, "文件不能超过 $1。"],
  [/^.+ files are not allowed\.$/, "不能上传这种文件。"],
  [/^Error: (.+)$/, "出错：$1"],
  [/^(\d+) options? available\.$/, "有 $1 项可选"],
  [/^(.+), selected$/, "$1，已选"],
  [/^year, (.+)$/, "$1 年"],
  [/^month, (.+)$/, "$1 月"],
  [/^day, (.+)$/, "$1 日"],
  [/^(.+) start date$/, "$1：开始日期"],
  [/^(.+) end date$/, "$1：结束日期"],
  [/^(\d+) – [A-Z][a-z]+$/, "$1月"],
  [/^Choose date(?: range)?, (.+)$/, "选择日期，$1"],
  [/^Selected Date: (.+)$/, "已选 $1"],
  [/^Selected Range: (.+) to (.+)$/, "已选 $1 至 $2"],
  [/^([A-Z][a-z]+) (\d+), (\d{4})$/, "$3年$1$2日"],
  [/^: Date set outside allowed range\. Please select a date between (.+) and (.+)\.$/, "：只能选 $1 至 $2。"],
  [/^: Date set outside allowed range\. Please select a date on or after (.+)\.$/, "：不能早于 $1。"],
  [/^: Date set outside allowed range\. Please select a date on or before (.+)\.$/, "：不能晚于 $1。"],
  [/^Value must be (.+) or later\.$/, "不能早于 $1。"],
  [/^Value must be (.+) or earlier\.$/, "不能晚于 $1。"],
  [/^Connection failed with status (\d+).*$/, "服务器没有应答（$1），恢复后自动更新。"],
  [/^You have requested page \/.+ Running the app's main page\.$/, "地址可能有误，已打开首页。"],
  [/^Cannot connect to Streamlit \(HTTP status: (\d+)\)\.$/, "连接被拒绝（$1），请联系管理员。"],
];
const MONTHS = "January February March April May June July August September October November December".split(" ");
MONTHS.forEach((name, place) => (WORDS[name] = `${place + 1}月`));
const SPOKEN = ["aria-label", "aria-valuetext", "aria-description", "aria-roledescription", "placeholder", "title", "alt"];
const OWN = '[data-testid="stHtml"], script, style, textarea';

// The text in Chinese where it is one of Streamlit's, else as it is.
function inChinese(text) {
  const words = text.trim();
  if (!/[A-Za-z]{2}/.test(words)) return text;
  if (Object.hasOwn(WORDS, words)) return text.replace(words, () => WORDS[words]);
  for (const [form, chinese] of PATTERNS) {
    const found = words.match(form);
    if (found) return chinese.replace(/\$(\d)/g, (all, place) => inChinese(found[place]));
  }
  return text;
}

// From now on, whatever Streamlit puts on the page. Its calendar takes names of months and days from the browser's language: where that
// is not Chinese, it is said to be.
function speakChinese() {
  if (window.boardSpeaksChinese) return;
  window.boardSpeaksChinese = true;
  document.documentElement.lang = "zh-CN";
  if (!navigator.language.startsWith("zh")) Object.defineProperty(navigator, "language", { get: () => "zh-CN", configurable: true });
  const spoken = (text) => {
    const chinese = inChinese(text.data);
    if (chinese !== text.data && !text.parentElement?.closest(OWN)) text.data = chinese;
  };
  const named = (element, name) => {
    const given = element.getAttribute(name);
    const chinese = given && inChinese(given);
    if (chinese !== given) element.setAttribute(name, chinese);
  };
  const all = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return spoken(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.closest(OWN)) return;
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let each = node; each; each = walker.nextNode()) {
      if (each.nodeType === Node.TEXT_NODE) spoken(each);
      else SPOKEN.forEach((name) => named(each, name));
    }
  };
  all(document.body);
  new MutationObserver((changes) => {
    for (const { type, target, attributeName, addedNodes } of changes) {
      if (type === "characterData") spoken(target);
      else if (type === "attributes") named(target, attributeName);
      else addedNodes.forEach(all);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: SPOKEN });
}
