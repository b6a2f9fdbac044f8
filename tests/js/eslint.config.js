// Rules for the scripts of the pages and for their tests. `npm run lint` reads this from the top of the tree.
import js from "@eslint/js";
import globals from "globals";

const TEXTS = {
  "pages/common/history.js": "keepPlaces",
  "pages/common/chinese.js": "speakChinese",
  "pages/common/connection.js": "watchConnection",
  "pages/common/menu.js": "closeMenuWhenChosen",
  "pages/common/panel.js": "showPanels",
  "pages/common/cookie.js": "runErrand",
};
const TOLD = Object.fromEntries(Object.values(TEXTS).map((name) => [name, "readonly"]));

export default [
  { ignores: ["**/node_modules/**"] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-globals": ["error", "event", "name", "status"], // forgotten arguments that the window answers for
    },
  },
  {
    files: ["pages/**/*.js"],
    languageOptions: { sourceType: "module", globals: { ...globals.browser, ...TOLD } },
  },
  {
    // Not modules: their texts are put in front of each component that needs them.
    files: Object.keys(TEXTS),
    languageOptions: { sourceType: "script", globals: Object.fromEntries(Object.keys(TOLD).map((name) => [name, "off"])) },
    rules: { "no-unused-vars": ["error", { varsIgnorePattern: `^(${Object.keys(TOLD).join("|")})$` }] },
  },
  { files: ["tests/js/**/*.js"], languageOptions: { sourceType: "module", globals: globals.node } },
];
