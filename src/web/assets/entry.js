// 补录: only the fields of the chosen channel are shown, what they need is asked for before files are sent, and Ctrl+Enter
// saves. Without this all fields stand there, those of other channels are left alone, and the answer says what is missing.
(() => {
  "use strict";
  const channel = document.getElementById("entry-channel");
  if (!channel) return;
  const form = channel.form;
  const has = (list) => list.split(" ").includes(channel.value);
  const show = () => {
    for (const field of form.querySelectorAll("[data-channels]")) field.hidden = !has(field.dataset.channels);
    for (const input of form.querySelectorAll("[data-needed]")) input.required = has(input.dataset.needed);
  };
  // A refused form comes back without its files.
  const check = () => {
    const words = ["title", "text", "scenes", "screenshot"].map((name) => form.elements[name]);
    const isBlank = words.every((field) => field.value.trim() === "");
    form.elements.text.setCustomValidity(isBlank ? "请粘贴或填写正文，也可只填标题" : "");
  };
  channel.addEventListener("change", show);
  form.addEventListener("input", check);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    check();
    form.requestSubmit();
  });
  show();
  check();
  // Where the page is in sight as a whole, one begins with the words.
  if (window.matchMedia("(min-width: 44.01rem)").matches) form.elements.text.focus({ preventScroll: true });
})();
