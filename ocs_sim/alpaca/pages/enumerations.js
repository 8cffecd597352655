// What the numbers of ASCOM's enumerations mean (API reference, "Enumerations").

const NAMES = {
  AlignmentMode: ["alt-azimuth", "polar", "German polar"],
  CalibratorState: ["not present", "off", "not ready", "ready", "unknown", "error"],
  CameraState: ["idle", "waiting", "exposing", "reading", "downloading", "error"],
  CoverState: ["not present", "closed", "moving", "open", "unknown", "error"],
  EquatorialSystem: ["other", "topocentric", "J2000", "J2050", "B1950"],
  SensorType: ["monochrome", "colour", "RGGB", "CMYG", "CMYG2", "LRGB"],
  ShutterStatus: ["open", "closed", "opening", "closing", "error"],
  SideOfPier: ["east", "west"],
  TrackingRate: ["sidereal", "lunar", "solar", "King"],
};

/** Return the word for a property's number, or undefined when it is no enumeration. */
export function meaning(property, value) {
  return NAMES[property]?.[value];
}
