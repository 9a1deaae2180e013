import type { PlatformRule, Violation } from "../rule.ts";
import { pathTo } from "../walk.ts";

export const platformImageSource: PlatformRule = {
  id: "platform-image-source",
  kind: "platform",
  severity: "error",
  requirements: ["DIGIMED-1", "DIGIMED-15", "C4H-20"],
  why: "an image is either made from a file or taken over from the cloud",
  check({ config }) {
    return Object.entries(config.images).flatMap(([name, { file, adopt }]): readonly Violation[] => {
      if (file === undefined && adopt === undefined)
        return [
          {
            path: pathTo("images", name, "file"),
            what: "this image comes from nowhere",
            allowed: "file, or adopt with the id of an image in Glance",
            next: "add one of the two",
          },
        ];
      if (file === undefined || adopt === undefined) return [];
      return [
        {
          path: pathTo("images", name, "adopt"),
          what: "this image is made from a file and taken over at once",
          found: `file ${file}, adopt ${adopt}`,
          next: "remove one of the two",
        },
      ];
    });
  },
};
