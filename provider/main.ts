import { createRequire } from "node:module";
import { main } from "@pulumi/pulumi/provider/index.js";
import { SHOWN, TresorProvider } from "./server.ts";
import { watchParent } from "./wire.ts";

// The SDK's server prints each error with its stack before it hands it to the engine, which shows it again.
const print = console.error.bind(console);
console.error = (...items: unknown[]): void => {
  if (!String(items[0]).startsWith(SHOWN)) print(...items);
};

interface Message {
  getProperties(): unknown;
}

/** An import is a read without properties, on which the SDK's server (3.270.0) fails: it gets an empty struct instead. */
function readWithoutProperties(): void {
  const load = createRequire(import.meta.url);
  const { ReadRequest } = load("@pulumi/pulumi/proto/provider_pb.js") as { ReadRequest: { prototype: Message } };
  const { Struct } = load("google-protobuf/google/protobuf/struct_pb.js") as { Struct: new () => object };
  const given = ReadRequest.prototype.getProperties;
  ReadRequest.prototype.getProperties = function (this: Message): unknown {
    return given.call(this) ?? new Struct();
  };
}

readWithoutProperties();
watchParent();
await main(new TresorProvider(), process.argv.slice(2));
