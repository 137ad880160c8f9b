import type { UserId } from "../salesforce/id.ts";

/** What names a user's grants for an app: null for any user, or for any app. */
interface Covering {
  readonly appKey: string | null;
  readonly userId: UserId | null;
}

/** Finds the first of some entries that names the grants of a user for an app; undefined where none does. */
export function coverFinder<Entry extends Covering>(
  entries: readonly Entry[],
): (userId: UserId, appKey: string) => Entry | undefined {
  const ofUser = Map.groupBy(entries, ({ userId }) => userId);
  const ofAnyone = ofUser.get(null);
  return (userId, appKey) => {
    const ofApp = ({ appKey: key }: Entry) => key === null || key === appKey;
    return ofUser.get(userId)?.find(ofApp) ?? ofAnyone?.find(ofApp);
  };
}
