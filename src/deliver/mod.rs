//! 投递 — a message → e-mail, a robot of 企业微信, 钉钉 or 飞书, a web hook, a folder. Sends; keeps no books.
