/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONFIG_MODEL_H
#define CONFIG_MODEL_H

/*
 * The configuration of a whole router: what a file holds, and what can be saved of a daemon. Its
 * forms as text are in config/yaml.c and config/reference.c.
 */
#include "config/config.h"
#include "core/hpim/auth.h"

#define CONFIG_NAME_MAX 64              /* a pattern is longer than the names that fit it */
#define CONFIG_PATH_MAX 256             /* of a file with a key */
#define CONFIG_TEXT_MAX (1024u * 1024u) /* bytes of a configuration as text */

/* ---- keys of HPIM-DM: config/keys.c ---- */

/* Where the secret of a key stands. */
enum config_key_from {
	CONFIG_KEY_NOWHERE, /* given by hand: it cannot be saved */
	CONFIG_KEY_FILE,
	CONFIG_KEY_CREDENTIAL, /* of systemd: a file of $CREDENTIALS_DIRECTORY */
};

/**
 * struct config_key - A key of one family.
 * @where:  path of the file, or name of the credential.
 * @secret: "": not read yet.
 */
struct config_key {
	enum ip_family family;
	uint16_t id;
	enum hpim_hash hash;
	bool is_sending;
	enum config_key_from from;
	char where[CONFIG_PATH_MAX];
	char secret[HPIM_SECRET_MAX + 1];
};

/** struct config_keys - The keys of an interface, one for each family and id. */
struct config_keys {
	struct config_key *list;
	size_t count;
};

/** config_keys_find() - NULL: there is none. */
struct config_key *config_keys_find(const struct config_keys *keys, enum ip_family family,
				    uint16_t id);

/** config_keys_count() - Of a family. */
unsigned int config_keys_count(const struct config_keys *keys, enum ip_family family);

/** config_keys_put() - Add a key or replace the one with its family and id; one alone sends. */
void config_keys_put(struct config_keys *keys, const struct config_key *key);

/** config_keys_add() - Add a key, whatever there is: for lists of several interfaces. */
void config_keys_add(struct config_keys *keys, const struct config_key *key);

/** config_keys_delete() - If it was the sending one, the key added last takes its place. */
void config_keys_delete(struct config_keys *keys, enum ip_family family, uint16_t id);

/** config_keys_copy() - @ret_keys must be empty. */
void config_keys_copy(struct config_keys *ret_keys, const struct config_keys *keys);

/** config_keys_fini() - Free them; no secret stays in memory. */
void config_keys_fini(struct config_keys *keys);

/* ---- groups, sources and names in words: config/words.c ---- */

/** struct config_fault - What is wrong, as a sentence without a period, and what would be right. */
struct config_fault {
	char message[256];
	const char *hint;
};

/** config_wrong() - Fill a fault. Return: false. */
__attribute__((format(printf, 3, 4))) bool config_wrong(struct config_fault *fault,
							const char *hint, const char *format, ...);

/** config_is_one() - Whether a prefix is a single address. */
bool config_is_one(const struct ip_prefix *prefix);

/** config_group_parse() - Read a group or a prefix of groups that are forwarded. @text NULL:
 * missing. */
bool config_group_parse(const char *text, struct ip_prefix *ret_group,
			struct config_fault *ret_fault);

/** config_sources_parse() - Read an address or a prefix of sources. */
bool config_sources_parse(const char *text, struct ip_prefix *ret_sources,
			  struct config_fault *ret_fault);

/** config_name_parse() - Read the name of an interface of @len bytes, which need not exist. */
bool config_name_parse(const char *text, size_t len, char ret_name[LINK_NAME_LEN],
		       struct config_fault *ret_fault);

/* ---- where metrics are served over HTTP: config/listen.c ---- */

/** struct config_listen - An address of this machine and a TCP port; port 0: nowhere. */
struct config_listen {
	struct ip_addr addr;
	uint16_t port;
};

/* What config_listen_parse() reads, for messages. */
#define CONFIG_LISTEN_FORM \
	"PORT (of 127.0.0.1), ADDRESS:PORT or [ADDRESS]:PORT, with a port from 1 to 65535"

/** config_listen_parse() - Read one, as CONFIG_LISTEN_FORM has it. Return: whether it is one. */
bool config_listen_parse(const char *text, struct config_listen *ret_listen);

/* The longest text of one. */
#define CONFIG_LISTEN_MAX 64

/** config_listen_text() - "127.0.0.1:9464", "[::1]:9464"; "" where it is nowhere. */
void config_listen_text(const struct config_listen *listen, char text[CONFIG_LISTEN_MAX]);

bool config_listen_equal(const struct config_listen *a, const struct config_listen *b);

/* ---- rules of the policy: config/policy.c ---- */

/**
 * struct config_policy - A rule in words.
 * @rule:      all but its interface.
 * @interface: "": every interface.
 */
struct config_policy {
	struct policy_rule rule;
	char interface[LINK_NAME_LEN];
};

/** config_policy_name() - "allow", "deny", "boundary", "ssm-range", "ssm-map". */
const char *config_policy_name(enum policy_kind kind);

/** config_policy_is_filter() - Whether it is of the kinds that replace each other. */
bool config_policy_is_filter(enum policy_kind kind);

/** config_policy_replaces() - Whether only one of two can be there: the same, or its opposite. */
bool config_policy_replaces(const struct config_policy *a, const struct config_policy *b);

/**
 * config_policy_parse() - Read "group", "source" and "interface" ("*": all), as the kind has them.
 *
 * Return: whether it makes sense; if not, @ret_fault names what does not, and why.
 */
bool config_policy_parse(struct json_object *args, enum policy_kind kind,
			 struct config_policy *ret_policy, struct config_fault *ret_fault);

/* ---- static routes and joins: config/static.c ---- */

#define CONFIG_STATICS_MAX 1000u /* routes and joins of both families */

enum static_kind { STATIC_ROUTE, STATIC_JOIN };

/**
 * struct config_static - A route or a join in words.
 * @source: unset: any.
 * @iif:    input of a route, interface of a join; "": not said.
 */
struct config_static {
	enum static_kind kind;
	struct ip_addr source;
	struct ip_prefix group;
	char iif[LINK_NAME_LEN];
	char oifs[LINKS_MAX][LINK_NAME_LEN];
	unsigned int oif_count;
};

/**
 * config_static_parse() - Read "source" ("*": any), "group" (with a length of prefix), "from" and
 * "to", or "source", "group" and "interface".
 * @is_key: what identifies it is enough, as to delete it.
 *
 * Return: whether it makes sense; if not, @ret_fault names what does not, and why.
 */
bool config_static_parse(struct json_object *args, enum static_kind kind, bool is_key,
			 struct config_static *ret_request, struct config_fault *ret_fault);

/** config_static_is_same() - Whether both are the same but for the outputs, which are replaced. */
bool config_static_is_same(const struct config_static *a, const struct config_static *b);

/* ---- metrics instead of the kernel's: config/yaml_rpf.c ---- */

#define CONFIG_RPF_METRICS_MAX 1000u

/* ---- the router: config/model.c ---- */

/**
 * struct config_interface - An interface, or all whose names fit a pattern.
 * @link: as it is to run; its name is that of no interface yet.
 * @line, @column: where it stands in the file, from 1; 0: it comes from none.
 */
struct config_interface {
	char name[CONFIG_NAME_MAX];
	struct config_link link;
	struct config_keys keys;
	unsigned int line, column;
};

/** enum config_table - Kernel tables that a daemon is bound to while it runs. */
enum config_table {
	CONFIG_UNICAST,   /* of the routes to sources; 254: main */
	CONFIG_MULTICAST, /* of multicast routes; 0: the default one */
	CONFIG_TABLE_COUNT,
};

#define CONFIG_TABLE_MAX 999999999u

/* Seconds in which the kernel gets a packet of each entry that is followed: daemons give up what is
 * not used for some minutes. */
#define CONFIG_KEEPALIVE_MIN 1u
#define CONFIG_KEEPALIVE_MAX 60u
#define CONFIG_KEEPALIVE     1u

extern const uint32_t config_table_default[CONFIG_TABLE_COUNT];
extern const char *const config_table_names[CONFIG_TABLE_COUNT];

struct config {
	bool has_table[CONFIG_TABLE_COUNT]; /* false: nothing is said about it */
	uint32_t table[CONFIG_TABLE_COUNT];
	struct config_settings settings; /* of the instance */
	struct config_interface *interfaces;
	size_t interface_count;
	struct config_static *statics;
	size_t static_count;
	struct config_metric *rpf_metrics;
	size_t rpf_metric_count;
	struct config_policy *policy;
	size_t policy_count;
	struct config_listen metrics_at;
	uint32_t keepalive_s; /* of follow mode; 0: the daemon owns its multicast table */
};

/** config_init() - Nothing is configured. */
void config_init(struct config *config);
void config_fini(struct config *config);

/** config_is_pattern() - Whether a name means all interfaces that fit it, as "eth*". */
bool config_is_pattern(const char *name);

/** config_is_name() - Whether an interface can have that name, of a length that is possible. */
bool config_is_name(const char *name);

/** config_interface_add() - A new one, as bare attach makes it. Borrowed until the next one. */
struct config_interface *config_interface_add(struct config *config, const char *name);

/** config_interface_copy() - Add one as @from is, with its keys. */
void config_interface_copy(struct config *config, const struct config_interface *from);

/** config_interface_find() - By the name as it is written, also that of a pattern; or NULL. */
struct config_interface *config_interface_find(const struct config *config, const char *name);

/**
 * config_interface_for() - What an interface of that name gets: by its own name, else by the first
 * pattern that fits; the loopback fits none. NULL: nothing.
 */
const struct config_interface *config_interface_for(const struct config *config, const char *name);

/** config_static_add() - Return: borrowed until the next one. */
struct config_static *config_static_add(struct config *config, const struct config_static *route);

/** config_rpf_metric_find() - That of just these sources; NULL: there is none. */
const struct config_metric *config_rpf_metric_find(const struct config *config,
						   const struct ip_prefix *source);

/** config_rpf_metric_add() - Add one for sources that have none yet. */
void config_rpf_metric_add(struct config *config, const struct config_metric *metric);

/** config_policy_add() - Add a rule that is not there, nor its opposite. */
void config_policy_add(struct config *config, const struct config_policy *policy);

/** config_policy_find() - The rule that is there, or its opposite; or NULL. */
const struct config_policy *config_policy_find(const struct config *config,
					       const struct config_policy *policy);

/** config_link_wants_any() - Whether a protocol is to run. */
bool config_link_wants_any(const struct config_link *link);

/** config_link_equal() - But for the name. */
bool config_link_equal(const struct config_link *a, const struct config_link *b);

/* ---- as YAML: config/yaml.c; the keys of the file are rows of a table there ---- */

/**
 * config_message_fn() - Something is wrong in a text; @text is a sentence without a period.
 * @line, @column: from 1.
 */
typedef void config_message_fn(void *ctx, bool is_error, unsigned int line, unsigned int column,
			       const char *text);

/** struct config_source - A text to be read, and who is informed of what is wrong in it. */
struct config_source {
	const char *text;
	size_t len;
	bool has_secrets; /* between our own programs: keys may have their secrets inline */
	config_message_fn *message;
	void *ctx;
};

/**
 * config_read() - Read a configuration; also the one of the Python implementation of HPIM-DM, which
 * is recognized by its keys. All that is wrong is reported, not the first alone.
 * @ret_config: to be given to config_fini(); empty when it is refused.
 *
 * Return: whether there was no error.
 */
bool config_read(const struct config_source *source, struct config *ret_config);

/** config_write() - As text, for free(). @with_secrets: inline, for our own programs. */
char *config_write(const struct config *config, bool with_secrets);

/** struct config_row - A key of the file, for its documentation; @fallback "": it must be there. */
struct config_row {
	const char *section, *name, *takes, *fallback, *help;
};

/** config_each_row() - The keys, section by section. */
typedef void config_row_fn(const struct config_row *row);
void config_each_row(config_row_fn *each);

/**
 * config_write_reference() - As the Python implementation of HPIM-DM reads it, with its secrets
 * inline, as there; for free(). What it does not know is left out: patterns, all but the sending
 * key, settings of single interfaces, static routes.
 */
char *config_write_reference(const struct config *config);

/**
 * config_lines() - A text of config_write() as one line for each value: "interfaces eth0 mode: tc".
 *
 * Return: the lines, each ending in a newline; for free().
 */
char *config_lines(const char *text);

/** config_compare() - Call @each for lines that are in only one of two texts of config_lines(). */
typedef void config_line_fn(void *ctx, char sign, const char *line);
size_t config_compare(const char *was, const char *is, config_line_fn *each, void *ctx);

#endif
