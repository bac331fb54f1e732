/* SPDX-License-Identifier: Apache-2.0 */
/* cards - check digits, and a walk over the words of a text. */
#include "policies/cards.h"

#include "base/text.h"

enum { NUMBER_MIN = 12, NUMBER_MAX = 19, CODE_MIN = 3, CODE_MAX = 4, REACH = 4 };
enum { SPELLED_MAX = 16 }; /* bytes of a word whose letters stand apart */

const char *const CARDS_CODE_NAMES[] = {"cvc", "cvc2", "cvv", "cvv2", "ccv", "csc", "cid", "cvd", "cvn",
	"security_code", "card_code", "CVC", "CVC2", "CVV", "CVV2", NULL};

enum word_kind { CODE, CARD };

static const struct card_word {
	const char *text;
	enum word_kind kind;
} WORDS[] = {
#define CARD_WORD(text, kind) {text, kind},
#define CARD_PHRASE(first, last)
#include "policies/card_words.def"
#undef CARD_PHRASE
#undef CARD_WORD
};

enum { WORD_COUNT = sizeof WORDS / sizeof WORDS[0] };

static const struct card_phrase {
	const char *first, *last;
} PHRASES[] = {
#define CARD_WORD(text, kind)
#define CARD_PHRASE(first, last) {first, last},
#include "policies/card_words.def"
#undef CARD_PHRASE
#undef CARD_WORD
};

enum { PHRASE_COUNT = sizeof PHRASES / sizeof PHRASES[0] };

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool all_digits(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.at[i]))
			return false;
	return text.len > 0;
}

/* ---- number, expiry, holder ---- */

/* Every second digit from the right counts twice, a result of two digits as their sum; all together end in 0. */
static bool is_luhn(const uint8_t *digits, size_t count)
{
	unsigned sum = 0;
	for (size_t i = 0; i < count; i++) {
		unsigned digit = digits[count - 1 - i] - (unsigned)'0';
		unsigned doubled = i % 2 ? 2 * digit : digit;
		sum += doubled > 9 ? doubled - 9 : doubled;
	}
	return sum % 10 == 0;
}

bool cards_is_number(struct span text)
{
	uint8_t digits[NUMBER_MAX];
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == ' ' || text.at[i] == '-')
			continue;
		if (!is_digit(text.at[i]) || count == NUMBER_MAX)
			return false;
		digits[count++] = text.at[i];
	}
	return count >= NUMBER_MIN && is_luhn(digits, count);
}

static bool is_month(struct span text)
{
	return text.len == 2 && all_digits(text) &&
		((text.at[0] == '0' && text.at[1] != '0') || (text.at[0] == '1' && text.at[1] <= '2'));
}

bool cards_is_expiry(struct span text)
{
	bool month_first = text.len > 2 && text.at[2] == '/';
	struct span month = month_first ? span_first(text, 2) : span_from(text, 5);
	struct span year = month_first ? span_from(text, 3) : span_first(text, 4);
	if (!month_first && (text.len != 7 || text.at[4] != '-'))
		return false;
	return is_month(month) && all_digits(year) && (year.len == 2 || year.len == 4);
}

bool cards_is_holder(struct span text)
{
	return text.len > 0 && !text_has_digit(text);
}

/* ---- codes in texts ---- */

/* What was met on the way. A mark is the place of a word, in words from 1; 0 = none yet. */
struct trail {
	size_t at;             /* the word that is looked at */
	size_t code, card;     /* marks: the last word for a code, the last word or number of a card */
	size_t alone, year;    /* marks: the last three or four digits alone */
	size_t three;          /* mark: the last three digits alone */
	size_t phrase;         /* mark: the last phrase for a code, which may be of a door */
	struct span former[2]; /* the words before, the latest first */
	uint8_t number
		[NUMBER_MAX]; /* groups of digits with one space or dash between: one number, as it is typed */
	size_t digits, groups, last_group, last_at;
	uint8_t spelled[SPELLED_MAX]; /* letters that stood alone, one after the other */
	size_t spelled_len;
};

static bool is_near(size_t mark, size_t other)
{
	size_t apart = mark > other ? mark - other : other - mark;
	return mark && other && apart <= REACH;
}

static bool is_year(const uint8_t *digits, size_t count)
{
	return count == CODE_MAX && (memcmp(digits, "19", 2) == 0 || memcmp(digits, "20", 2) == 0);
}

static bool is_whole(const struct trail *trail)
{
	return trail->digits >= NUMBER_MIN && is_luhn(trail->number, trail->digits);
}

/* Three groups and more that are no card's number are a telephone's, a date's or an account's, unless it is one number whose digits
 * stand apart: "7 3 7". */
static void end_number(struct trail *trail)
{
	if (trail->groups >= CODE_MIN && trail->groups == trail->digits) {
		trail->last_group = trail->digits;
		trail->groups = 1;
	}
	const uint8_t *last = trail->number + trail->digits - trail->last_group;
	bool is_short = trail->last_group >= CODE_MIN && trail->last_group <= CODE_MAX && trail->groups <= 2;
	if (is_whole(trail))
		trail->card = trail->last_at;
	else if (is_short)
		*(is_year(last, trail->last_group) ? &trail->year : &trail->alone) = trail->last_at;
	if (is_short && trail->last_group == CODE_MIN)
		trail->three = trail->last_at;
	trail->digits = trail->groups = trail->last_group = 0;
}

static void take_digits(struct trail *trail, struct span digits, bool joined)
{
	/* What follows a whole number is another: its security code, perhaps. */
	if (!joined || is_whole(trail) || trail->digits + digits.len > NUMBER_MAX)
		end_number(trail);
	memcpy(trail->number + trail->digits, digits.at, digits.len);
	trail->digits += digits.len;
	trail->last_group = digits.len;
	trail->last_at = trail->at;
	trail->groups++;
}

/* "cvc737": a word for the code with three or four digits right behind it. */
static bool is_glued(struct span word, const char *text)
{
	struct span digits = span_from(word, strlen(text) < word.len ? strlen(text) : word.len);
	return span_starts(word, span_text(text)) && digits.len >= CODE_MIN && digits.len <= CODE_MAX &&
		all_digits(digits);
}

static void take_phrase(struct trail *trail, struct span word)
{
	for (size_t i = 0; i < PHRASE_COUNT; i++)
		if (span_is(word, PHRASES[i].last) &&
			(span_is(trail->former[0], PHRASES[i].first) ||
				span_is(trail->former[1], PHRASES[i].first)))
			trail->phrase = trail->at;
	trail->former[1] = trail->former[0];
	trail->former[0] = word;
}

static void take_text(struct trail *trail, struct span word)
{
	for (size_t i = 0; i < WORD_COUNT; i++) {
		if (span_is(word, WORDS[i].text))
			*(WORDS[i].kind == CODE ? &trail->code : &trail->card) = trail->at;
		if (WORDS[i].kind == CODE && is_glued(word, WORDS[i].text))
			trail->code = trail->alone = trail->at;
	}
}

/* "C V V 737", "C.V.V737": the letters together with each word that may be the last of them. A text that begins with other letters
 * alone has the code's word behind them, so every end is looked at. */
static void take_spelled(struct trail *trail, struct span word)
{
	size_t former = trail->spelled_len;
	trail->spelled_len = 0;
	if (word.len > SPELLED_MAX / 2)
		return;
	if (former + word.len > SPELLED_MAX) {
		memmove(trail->spelled, trail->spelled + SPELLED_MAX / 2, former - SPELLED_MAX / 2);
		former -= SPELLED_MAX / 2;
	}
	memcpy(trail->spelled + former, word.at, word.len);
	for (size_t i = 0; i < former; i++)
		take_text(trail, span_of(trail->spelled + i, former + word.len - i));
	if (word.len == 1)
		trail->spelled_len = former + 1;
}

static void take_word(struct trail *trail, struct span word)
{
	end_number(trail);
	take_text(trail, word);
	take_spelled(trail, word);
	take_phrase(trail, word);
}

static bool is_code_here(const struct trail *trail, enum cards_near near)
{
	if (is_near(trail->code, trail->alone) || is_near(trail->code, trail->year))
		return true;
	/* Doors and alarms have security codes as well, mostly of four digits. */
	if (is_near(trail->phrase, trail->three))
		return true;
	return near == CARDS_NEAR_CARD && is_near(trail->card, trail->alone);
}

/* Whether one space or dash stands between a word and the one before it. */
static bool is_joined(struct span before, struct span word)
{
	if (before.len == 0)
		return false;
	const uint8_t *gap = before.at + before.len;
	return word.at == gap + 1 && (*gap == ' ' || *gap == '-');
}

static bool has_code(struct span folded, enum cards_near near)
{
	struct trail trail = {0};
	struct span word, before = SPAN_NONE;
	bool found = false;
	while (!found && text_next_word(&folded, &word)) {
		trail.at++;
		if (all_digits(word) && word.len <= NUMBER_MAX)
			take_digits(&trail, word, is_joined(before, word));
		else
			take_word(&trail, word);
		found = is_code_here(&trail, near);
		before = word;
	}
	end_number(&trail);
	return found || is_code_here(&trail, near);
}

fallible cards_hides_code(struct span text, enum cards_near near, struct arena *arena, bool *hides)
{
	struct span folded;
	TRY(text_fold_alike(text, arena, &folded));
	*hides = has_code(folded, near);
	return OK;
}
