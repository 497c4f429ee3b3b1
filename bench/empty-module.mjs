/** What importing costs when there is nothing in it to speak of. */
export const nothing = undefined;
