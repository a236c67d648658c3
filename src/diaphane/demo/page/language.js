// One page in two languages: the choice shows one set of words and tells everyone who draws numbers.
const language = {
  get current() { return document.documentElement.lang; },
  number(value, digits = 0) {
    return new Intl.NumberFormat(this.current, { maximumFractionDigits: digits }).format(value);
  },
  choose(code) {
    document.documentElement.lang = code;
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === code));
    }
    for (const picture of document.querySelectorAll("[data-alt-fr]")) {
      const words = code === "fr" ? picture.dataset.altFr : picture.dataset.altEn;
      picture.setAttribute(picture.tagName === "IMG" ? "alt" : "aria-label", words);
    }
    document.title = code === "fr" ? document.body.dataset.titleFr : document.body.dataset.titleEn;
    document.dispatchEvent(new Event("languagechange"));
  },
};
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => language.choose(button.dataset.language));
}
const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language.slice(0, 2);
language.choose(asked === "fr" ? "fr" : "en");

// What the page carries: compressed bytes in base64, each in a script element of its own.
async function unpack(id) {
  const text = atob(document.getElementById(id).textContent.trim());
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
const facts = JSON.parse(document.getElementById("facts").textContent);
