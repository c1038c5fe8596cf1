/** The longest question of "are we affected by …?", in UTF-16 units. */
export const AFFECTED_QUESTION_CHARS = 300;
