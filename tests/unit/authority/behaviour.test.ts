import { behavesWith } from "./behaviour.ts";
import { mounted, placeOfEnvironment, simulated } from "./target.ts";

/**
 * The simulator, or a real authority of your own where TRESOR_AUTHORITY_URL, TRESOR_AUTHORITY_CA (a file) and TRESOR_AUTHORITY_TOKEN
 * (which may mount engines, and write roles, policies and tokens) are set. Everything is made in a mount of its own, and removed.
 */
const place = placeOfEnvironment();
behavesWith(() => (place === undefined ? simulated() : mounted(place)));
