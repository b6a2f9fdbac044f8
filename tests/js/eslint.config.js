// Rules for the scripts of the pages and for their tests. `npm run lint` reads this from the top of the tree.
import js from "@eslint/js";
import globals from "globals";

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
    languageOptions: { sourceType: "module", globals: { ...globals.browser, keepPlaces: "readonly" } },
  },
  {
    // Not a module: its text is put in front of each component that needs it.
    files: ["pages/common/history.js"],
    languageOptions: { sourceType: "script", globals: { keepPlaces: "off" } },
    rules: { "no-unused-vars": ["error", { varsIgnorePattern: "^keepPlaces$" }] },
  },
  { files: ["tests/js/**/*.js"], languageOptions: { sourceType: "module", globals: globals.node } },
];
