import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/**", ".demo/**", "coverage/**", "node_modules/**", "scripts/toolchain/language-host/**"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        Buffer: "readonly",
        URL: "readonly",
        fetch: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        performance: "readonly",
        AbortSignal: "readonly",
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
    },
  },
  {
    // The pure layers: what they decide depends on their arguments alone.
    files: [
      "airlock/**/*.ts",
      "attestation/**/*.ts",
      "config/**/*.ts",
      "deletion/**/*.ts",
      "images/**/*.ts",
      "plan/**/*.ts",
      "policies/**/*.ts",
    ],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: "^node:(fs|child_process|net|http|https|os|process|dns)",
              message: "No I/O here: the caller reads and writes.",
            },
            { group: ["@pulumi/*"], message: "The pure layers do not know the engine." },
          ],
        },
      ],
      "no-restricted-globals": ["error", "process", "fetch", "setTimeout"],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "No clock here: take the time as an argument." },
      ],
    },
  },
);
