import { main } from "@pulumi/pulumi/provider/index.js";
import { SHOWN, TresorProvider } from "./server.ts";
import { watchParent } from "./wire.ts";

// The SDK's server prints each error with its stack before it hands it to the engine, which shows it again.
const print = console.error.bind(console);
console.error = (...items: unknown[]): void => {
  if (!String(items[0]).startsWith(SHOWN)) print(...items);
};

watchParent();
await main(new TresorProvider(), process.argv.slice(2));
