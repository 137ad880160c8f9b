import { connect, connectToRevoke } from "../salesforce/connection.ts";
import { Observer, type RunSurroundings } from "./observer.ts";
import { Revoker } from "./revoker.ts";

/** A run that can only look. Its connection, too, has nothing that could revoke. @throws SettingsError for a setting that is not valid */
export function openObserver(surroundings: RunSurroundings): Observer {
  return new Observer(surroundings, connect);
}

/** A run that can revoke: for the provider, `sanctioned revoke`, `fleet revoke`, `probe --destructive` and `watch --enforce` alone. @throws as `openObserver` */
export function openRevoker(surroundings: RunSurroundings): Revoker {
  return new Revoker(surroundings, connectToRevoke);
}
