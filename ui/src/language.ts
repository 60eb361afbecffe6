/**
 * Imported before everything else. Under a POSIX locale Chromium calls its language `en-US@posix`, which is no language
 * tag: `Intl` throws at it, and uPlot asks `Intl` while it is being imported, so that the page would stay blank.
 */
function isLanguageTag(language: string): boolean {
  try {
    Intl.getCanonicalLocales(language);
    return true;
  } catch {
    return false;
  }
}

if (!isLanguageTag(navigator.language)) {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}

export {};
