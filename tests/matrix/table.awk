# SPDX-License-Identifier: GPL-2.0
# What the scenarios said, a file for each kernel: a table of groups and kernels, and why some are not there.
FNR == 1 {
	kernel = FILENAME
	sub(/\.log$/, "", kernel)
	kernels[++nkernels] = kernel
}

/^(ok|FAIL|skip) / {
	name = $2
	sub(/:$/, "", name)
	group = name
	sub(/\/.*/, "", group)
	sub(/^zz-/, "", group)
	if (!(group in known)) {
		known[group] = 1
		groups[++ngroups] = group
	}
	count[kernel, group, $1]++
	total[$1]++
}

/^ok probe\// {
	if (!(name in answered)) {
		answered[name] = 1
		probes[++nprobes] = name
	}
	answer[kernel, name] = $3
}

/^skip / {
	reason = $0
	sub(/^skip [^ ]+ /, "", reason)
	if ((kernel, reason) in names)
		names[kernel, reason] = names[kernel, reason] " " name
	else {
		names[kernel, reason] = name
		reasons[kernel] = reasons[kernel] reason "\n"
	}
}

function cell(kernel, group,    text) {
	text = count[kernel, group, "ok"] + 0
	if (count[kernel, group, "FAIL"])
		text = text " FAIL:" count[kernel, group, "FAIL"]
	if (count[kernel, group, "skip"])
		text = text " -" count[kernel, group, "skip"]
	return text == "0" ? "" : text
}

END {
	printf "\npassed, FAIL:failed, -not on this kernel\n%-12s", ""
	for (k = 1; k <= nkernels; k++)
		printf "%-15s", kernels[k]
	print ""
	for (g = 1; g <= ngroups; g++) {
		line = sprintf("%-12s", groups[g])
		for (k = 1; k <= nkernels; k++)
			line = line sprintf("%-15s", cell(kernels[k], groups[g]))
		sub(/ +$/, "", line)
		print line
	}
	if (nprobes)
		print "\nwhat the headers have"
	for (p = 1; p <= nprobes; p++) {
		line = sprintf("%-30s", substr(probes[p], 7))
		for (k = 1; k <= nkernels; k++)
			line = line sprintf("%-15s", answer[kernels[k], probes[p]])
		sub(/ +$/, "", line)
		print line
	}
	for (k = 1; k <= nkernels; k++) {
		if (reasons[kernels[k]] == "")
			continue
		print "\nnot on " kernels[k] ":"
		n = split(reasons[kernels[k]], list, "\n")
		for (i = 1; i < n; i++)
			print "  " list[i] ": " names[kernels[k], list[i]]
	}
	printf "\n%d passed, %d failed, %d skipped\n", total["ok"], total["FAIL"], total["skip"]
	exit total["FAIL"] || !total["ok"]
}
