import { defineConfig } from "vite";

/// The page is one bundle: it is small enough that a second request costs more than it saves.
/// Assets are never inlined, so that the page runs under `default-src 'self'`.
export default defineConfig({
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
