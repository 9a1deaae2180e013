import { randomBytes } from "node:crypto";

/** A password that every usual rule of Keystone takes: 43 characters of 256 random bits, each class among them. */
export function newPassword(random: (size: number) => Buffer = randomBytes): string {
  for (;;) {
    const password = random(32).toString("base64url");
    if (/[a-z]/.test(password) && /[A-Z]/.test(password) && /\d/.test(password)) return password;
  }
}
