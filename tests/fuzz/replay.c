// SPDX-License-Identifier: GPL-2.0
/*
 * Run a target without libFuzzer, once for each file of the corpus (CORPUS, a
 * glob pattern).  Prints one line of TAP per file for tests/unit/run.
 */
#include <glob.h>
#include <stdio.h>

#include "fuzz.h"

static int run_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	uint8_t *data = NULL, *exact;
	size_t size = 0, got;

	if (!file)
		return -1;
	do {
		data = realloc(data, size + 65536);
		got = fread(data + size, 1, 65536, file);
		size += got;
	} while (got);
	fclose(file);
	exact = malloc(size ? size : 1);
	memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	free(data);
	return 0;
}

int main(void)
{
	glob_t found;
	size_t i;
	int failed = 0;

	if (glob(CORPUS, GLOB_BRACE, NULL, &found))
		return 2;	/* tests/unit/run reports the missing plan */
	printf("1..%zu\n", found.gl_pathc);
	for (i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		int bad = run_file(path);

		printf("%s %zu - %s\n", bad ? "not ok" : "ok", i + 1,
		       strrchr(path, '/') + 1);
		fflush(stdout);	/* the next file may abort */
		failed |= bad;
	}
	globfree(&found);
	return failed ? 1 : 0;
}
