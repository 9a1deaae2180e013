/** The day of a moment, YYYY-MM-DD in UTC: the day on which rules judge. The moment is the caller's, whose clock it is. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);
