// 补录: only the fields of the chosen channel are shown. Without this all of them stand there, and those of other channels
// are left alone.
(() => {
  "use strict";
  const channel = document.getElementById("entry-channel");
  if (!channel) return;
  const show = () => {
    for (const field of document.querySelectorAll("[data-channels]")) {
      field.hidden = !field.dataset.channels.split(" ").includes(channel.value);
    }
  };
  channel.addEventListener("change", show);
  show();
})();
