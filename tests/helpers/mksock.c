// SPDX-License-Identifier: GPL-2.0
/*
 * mksock - make any socket in any state, and say what was made.
 *
 *     mksock [options] RECIPE     make it, print a line of key=value for each
 *                                 socket and "ready", then obey commands
 *     mksock -c 'COMMAND; ...'    the same with a recipe of one's own
 *     mksock --list               recipes and commands
 *
 * Each command on standard input is answered by its lines of key=value, if
 * any, and "ok" or "error: why". At end of input everything goes away.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mksock.h"

static _Thread_local char last_complaint[256];

int complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(last_complaint, sizeof(last_complaint), format, arguments);
	va_end(arguments);
	return -1;
}

const char *complaint(void)
{
	return last_complaint;
}

/* One write a line: makers share the output. */
void say(const char *format, ...)
{
	char line[LINE_SIZE + 2 * ADDRESS_SIZE];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(1);
}

struct item *item_find(const struct maker *maker, const char *name)
{
	for (size_t i = maker->nr_items; i-- > 0; )
		if (!strcmp(maker->items[i].name, name))
			return &maker->items[i];
	return NULL;
}

struct item *item_add(struct maker *maker, const char *name,
		      const struct kind *kind, int fd)
{
	struct item *item;

	maker->items = realloc(maker->items,
			       (maker->nr_items + 1) * sizeof(*maker->items));
	if (!maker->items)
		_exit(1);
	item = &maker->items[maker->nr_items++];
	memset(item, 0, sizeof(*item));
	snprintf(item->name, sizeof(item->name), "%s", name);
	item->kind = kind;
	item->fd = fd;
	item->id.port = -1;
	strcpy(item->id.local, "-");
	return item;
}

int times_meant(const struct maker *maker, const char *text, int *value)
{
	*value = strcmp(text, "count") ? atoi(text) : maker->choices->count;
	return *value >= 0 ? 0 : complain("%s is not how often", text);
}

int obey(struct maker *maker, const char *text)
{
	char line[LINE_SIZE], *words[MAX_WORDS], *rest = line;
	const struct verb *verb;
	int nr = 0;

	snprintf(line, sizeof(line), "%s", text);
	while (nr < MAX_WORDS && (words[nr] = strtok_r(rest, " \t\n", &rest)))
		nr++;
	if (!nr || !strcmp(words[0], "ready"))
		return 0;
	for (verb = verbs; verb->name; verb++) {
		if (strcmp(verb->name, words[0]))
			continue;
		if (nr < verb->min_words || nr > verb->max_words)
			return complain("%s %s", verb->name, verb->usage);
		return verb->run(maker, nr, words);
	}
	return complain("no command is named %s", words[0]);
}

static int read_line(int fd, char *line, size_t size)
{
	size_t length = 0;

	while (length + 1 < size && read(fd, line + length, 1) == 1) {
		if (line[length] == '\n') {
			line[length] = '\0';
			return 0;
		}
		length++;
	}
	return -1;
}

void serve(struct maker *maker)
{
	char line[LINE_SIZE];

	while (!read_line(maker->input, line, sizeof(line))) {
		int result = obey(maker, line);

		if (maker->report < 0) {
			if (result < 0)
				say("error: %s\n", complaint());
			else
				say("ok\n");
			continue;
		}
		if (result < 0)
			fprintf(stderr, "mksock: %s: %s\n", maker->name,
				complaint());
		if (write(maker->report, result < 0 ? "-" : "+", 1) != 1)
			break;
	}
}

static int obey_all(struct maker *maker, const char *commands)
{
	char *copy = strdup(commands), *rest = copy, *line;
	int result = 0;

	while (!result && (line = strtok_r(rest, ";", &rest)))
		result = obey(maker, line);
	free(copy);
	return result;
}

static void list(void)
{
	printf("Recipes:\n");
	for (const struct recipe *r = recipes; r->name; r++)
		printf("  %-22s %s\n", r->name, r->says);
	printf("Commands:\n");
	for (const struct verb *v = verbs; v->name; v++)
		printf("  %-10s %s\n", v->name, v->usage);
	printf("Kinds:");
	for (const struct kind *k = kinds; k->name; k++)
		printf(" %s", k->name);
	printf("\n");
}

static const struct option long_options[] = {
	{ "family", required_argument, NULL, 'f' },
	{ "addr", required_argument, NULL, 'a' },
	{ "port", required_argument, NULL, 'p' },
	{ "path", required_argument, NULL, 'P' },
	{ "count", required_argument, NULL, 'n' },
	{ "comm", required_argument, NULL, 'm' },
	{ "reuseaddr", no_argument, NULL, 'A' },
	{ "reuseport", no_argument, NULL, 'R' },
	{ "commands", required_argument, NULL, 'c' },
	{ "list", no_argument, NULL, 'l' },
	{ NULL, 0, NULL, 0 }
};

static int choose_family(struct choices *choices, const char *name)
{
	choices->family = strcmp(name, "inet") ? AF_INET6 : AF_INET;
	choices->mapped = !strcmp(name, "mapped");
	return choices->family == AF_INET || choices->mapped ||
		!strcmp(name, "inet6") ? 0 : complain("no family %s", name);
}

static const char *recipe_find(const char *name)
{
	for (const struct recipe *recipe = recipes; recipe->name; recipe++)
		if (!strcmp(recipe->name, name))
			return recipe->commands;
	return NULL;
}

static int choose(struct choices *choices, struct maker *maker, int option,
		  const char **commands)
{
	char line[LINE_SIZE];

	switch (option) {
	case 'f':
		return choose_family(choices, optarg);
	case 'a':
		choices->addr = optarg;
		return 0;
	case 'p':
		choices->port = atoi(optarg);
		return 0;
	case 'P':
		choices->path = optarg;
		return 0;
	case 'n':
		choices->count = atoi(optarg);
		return 0;
	case 'm':
		snprintf(line, sizeof(line), "comm %s", optarg);
		return obey(maker, line);
	case 'A':
		choices->reuseaddr = true;
		return 0;
	case 'R':
		choices->reuseport = true;
		return 0;
	case 'c':
		*commands = optarg;
		return 0;
	case 'l':
		list();
		exit(0);
	}
	return complain("see mksock --list");
}

int main(int argc, char **argv)
{
	static struct choices choices = { .family = AF_INET, .count = 1 };
	static struct maker maker = { .name = "main", .report = -1 };
	const char *commands = NULL;
	int option, result = 0;

	maker.choices = &choices;
	maker.input = STDIN_FILENO;
	signal(SIGPIPE, SIG_IGN);
	while (!result && (option = getopt_long(argc, argv, "c:l", long_options,
						NULL)) != -1)
		result = choose(&choices, &maker, option, &commands);
	if (!result && !commands && optind < argc)
		commands = recipe_find(argv[optind]);
	if (!result && !commands)
		result = complain("no such recipe, see mksock --list");
	if (result || obey_all(&maker, commands) < 0) {
		fprintf(stderr, "mksock: %s\n", complaint());
		return 1;
	}
	say("ready\n");
	serve(&maker);
	return 0;
}
