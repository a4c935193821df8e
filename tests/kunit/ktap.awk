# SPDX-License-Identifier: GPL-2.0
# From a kernel log with KTAP: a line for each case, then the totals. A suite whose plan and results do not agree, or that is
# missing, and a run that was broken otherwise, count as failures.
function fail(what) { failed++; print "FAIL " what; printf "%s", said; said = "" }

/^    # Subtest: / { suite = substr($0, 16); cases = 0; plan = -1; said = ""; next }
/^    1\.\.[0-9]+/ { plan = substr($0, 8) + 0; next }
/^    (not )?ok [0-9]+/ {
	cases++
	name = $0
	sub(/^    (not )?ok [0-9]+ (- )?/, "", name)
	if ($0 ~ /^    not ok/)
		fail(suite "." name)
	else if (name ~ /# SKIP/) {
		skipped++
		print "skip " suite "." name
	} else {
		passed++
		print "ok " suite "." name
	}
	said = ""
	next
}
/^(not )?ok [0-9]+/ && suite != "" {
	seen++
	if (cases != plan)
		fail(suite ": " cases " of " plan " cases ran")
	suite = said = ""
	next
}
suite != "" { said = said "  " $0 "\n" }

END {
	if (suite != "")
		fail(suite ": did not end")
	if (seen != suites || !suites)
		fail("kunit: " seen + 0 " of " suites " suites ran")
	if (broken)
		fail("kunit: the kernel that ran the suites is not clean")
	printf "KUNIT: %d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed || !passed
}
