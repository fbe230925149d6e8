-- SPDX-License-Identifier: GPL-2.0-only
--
-- Wireshark dissector of HPIM-DM: wireshark -X lua_script:hpim.lua, or from Wireshark's plugin
-- folder. Filter `hpim-dm`. IP protocol 103 is also PIM's: what is PIM goes to Wireshark's dissector.
-- Security values are shown, not verified. Source: description of HPIM-DM, section 2.
-- Runs with Lua 5.2 (Wireshark 4.0) to 5.4: so no operators for bits.

local hpim = Proto("hpim-dm", "Hard-state PIM Dense Mode")

local TYPE = { HELLO = 0, SYNC = 1, UPSTREAM = 2, NO_UPSTREAM = 3, INTEREST = 4, NO_INTEREST = 5, ACK = 6 }
local TYPE_NAMES = {
	[0] = "HELLO", "SYNC", "I_AM_UPSTREAM", "I_AM_NO_LONGER_UPSTREAM", "INTEREST", "NO_INTEREST", "ACK",
}
local OPTION_NAMES = { "Hello Hold Time", "CheckpointSN" }
local OPTION_LENGTHS = { 2, 4 }
-- By length of the value; the message does not say which hash. 2.8
local HASH_NAMES = {
	[0] = "none", [16] = "MD5", [20] = "SHA-1", [28] = "SHA-224 or SHA3-224",
	[32] = "SHA-256, SHA3-256 or BLAKE2s", [48] = "SHA-384 or SHA3-384",
	[64] = "SHA-512, SHA3-512 or BLAKE2b",
}
local SECURITY_MAX = 64
local HEADER_LEN = 8

local f = {
	version = ProtoField.uint8("hpim.version", "Version", base.DEC, nil, 0xf0),
	type = ProtoField.uint8("hpim.type", "Type", base.DEC, TYPE_NAMES, 0x0f),
	boot_time = ProtoField.uint32("hpim.boot_time", "BootTime"),
	security_id = ProtoField.uint16("hpim.security_id", "Security Identifier"),
	security_length = ProtoField.uint8("hpim.security_length", "Security Length"),
	security_value = ProtoField.bytes("hpim.security_value", "Security Value"),

	option_type = ProtoField.uint16("hpim.options.type", "Option Type", base.DEC, OPTION_NAMES),
	option_length = ProtoField.uint16("hpim.options.length", "Option Length"),
	option_value = ProtoField.bytes("hpim.options.value", "Option Value"),
	hello_holdtime = ProtoField.uint16("hpim.options.hello_holdtime", "Hello Hold Time (s)"),
	checkpoint_sn = ProtoField.uint32("hpim.options.checkpoint_sequence_number", "CheckpointSN"),

	tree_source = ProtoField.ipv4("hpim.options.tree_source", "Tree Source"),
	tree_group = ProtoField.ipv4("hpim.options.tree_group", "Tree Group"),
	tree_source_v6 = ProtoField.ipv6("hpim.options.tree_source_v6", "Tree Source"),
	tree_group_v6 = ProtoField.ipv6("hpim.options.tree_group_v6", "Tree Group"),
	preference = ProtoField.uint32("hpim.options.assert_metric_preference", "Metric Preference"),
	metric = ProtoField.uint32("hpim.options.assert_metric", "Metric"),
	sn = ProtoField.uint32("hpim.options.sequence_number", "Sequence Number"),
	neighbor_boot_time = ProtoField.uint32("hpim.options.neighbor_boot_time", "Neighbor BootTime"),
	my_snapshot_sn = ProtoField.uint32("hpim.options.my_snapshot_sequence_number", "MySnapshotSN"),
	neighbor_snapshot_sn =
		ProtoField.uint32("hpim.options.neighbor_snapshot_sequence_number", "NeighborSnapshotSN"),
	master = ProtoField.bool("hpim.options.master_flag", "Master", 32, nil, 0x80000000),
	more = ProtoField.bool("hpim.options.more_flag", "More", 32, nil, 0x40000000),
	sync_sn =
		ProtoField.uint32("hpim.options.sync_sequence_number", "SyncSN", base.DEC, nil, 0x3fffffff),

	response_in = ProtoField.framenum("hpim.response_in", "Answered in", base.NONE, frametype.ACK),
	response_to = ProtoField.framenum("hpim.response_to", "Answer to", base.NONE, frametype.REQUEST),
	response_time = ProtoField.relative_time("hpim.response_time", "Time since the request"),
	retransmission_of = ProtoField.framenum("hpim.retransmission_of", "Retransmission of"),
}
hpim.fields = f

local e = {
	malformed = ProtoExpert.new("hpim.malformed", "Malformed message",
		expert.group.MALFORMED, expert.severity.ERROR),
	version = ProtoExpert.new("hpim.unknown_version", "Unknown version",
		expert.group.UNDECODED, expert.severity.WARN),
	type = ProtoExpert.new("hpim.unknown_type", "Unknown type",
		expert.group.UNDECODED, expert.severity.WARN),
	option = ProtoExpert.new("hpim.unknown_option", "Unknown option",
		expert.group.UNDECODED, expert.severity.NOTE),
	trailing = ProtoExpert.new("hpim.trailing", "Bytes behind the message",
		expert.group.PROTOCOL, expert.severity.NOTE),
	cut = ProtoExpert.new("hpim.cut", "Not all of the message was captured",
		expert.group.UNDECODED, expert.severity.NOTE),
	hash = ProtoExpert.new("hpim.security_hash", "Security value of no known hash",
		expert.group.SECURITY, expert.severity.WARN),
	no_key = ProtoExpert.new("hpim.security_missing", "Not signed, while others sign",
		expert.group.SECURITY, expert.severity.WARN),
	other_id = ProtoExpert.new("hpim.security_id_differs", "Security identifiers differ",
		expert.group.SECURITY, expert.severity.WARN),
	leaving = ProtoExpert.new("hpim.leaving", "The sender leaves",
		expert.group.SEQUENCE, expert.severity.CHAT),
	restart = ProtoExpert.new("hpim.restart", "BootTime is newer: the sender's interface started again",
		expert.group.SEQUENCE, expert.severity.NOTE),
	retransmission = ProtoExpert.new("hpim.retransmission", "Retransmission",
		expert.group.SEQUENCE, expert.severity.NOTE),
}
hpim.experts = e

local ip_src, ip_dst = Field.new("ip.src"), Field.new("ip.dst")
local ip6_src, ip6_dst = Field.new("ipv6.src"), Field.new("ipv6.dst")

-- ---- Whose packet is it ----

-- The address of the innermost header that is this one, or nil.
local function matching(address, values)
	for i = #values, 1, -1 do
		if values[i].value == address then return values[i].range:bytes():tohex() end
	end
end

-- Family of the packet, and its addresses as hexadecimal digits, which no name resolution changes.
local function addresses(pinfo)
	local src, dst = matching(pinfo.net_src, { ip_src() }), matching(pinfo.net_dst, { ip_dst() })

	if src and dst then return 4, src, dst end
	src, dst = matching(pinfo.net_src, { ip6_src() }), matching(pinfo.net_dst, { ip6_dst() })
	if src and dst then return 6, src, dst end
end

-- Sum of RFC 1071 over hexadecimal digits.
local function sum16(hex)
	local sum = 0

	hex = hex .. string.rep("0", -#hex % 4)
	for i = 1, #hex, 4 do
		sum = sum + tonumber(hex:sub(i, i + 3), 16)
	end
	while sum > 0xffff do
		sum = sum % 0x10000 + math.floor(sum / 0x10000)
	end
	return sum
end

-- PIM's checksum, with and without pseudo header; of a Register (type 1) only the header counts.
local function has_pim_checksum(tvb, src, dst)
	local len = tvb:reported_len()
	local bytes = tvb(0, len):bytes():tohex()
	local pseudo = string.format("%s%s%08x%08x", src, dst, len, 103)

	return sum16(bytes) == 0xffff or sum16(pseudo .. bytes) == 0xffff or
		(tvb(0, 1):uint() == 0x21 and len >= 8 and sum16(bytes:sub(1, 16)) == 0xffff)
end

-- Version 2 in the first nibble is PIM's. A BootTime of 1987 to 1995, which a router without a clock
-- may have, begins the same: then the checksum is wrong and the fifth byte a type of HPIM-DM.
local function is_pim(tvb, src, dst)
	if tvb:reported_len() < 4 or tvb:captured_len() < 1 or tvb(0, 1):bitfield(0, 4) ~= 2 then
		return false
	end
	if tvb:captured_len() < tvb:reported_len() or tvb:reported_len() <= HEADER_LEN then return true end
	return tvb(4, 1):uint() > TYPE.ACK or has_pim_checksum(tvb, src, dst)
end

-- ---- Reading ----

-- s, one packet: tvb, tree, family, info (parts of the summary), at (offset), has_failed, and what
-- was read, by the names of `f`. The first failure ends the reading.

local function fail(s, note, text)
	if s.has_failed then return end
	s.has_failed = true
	s.tree:add_proto_expert_info(note, text)
	table.insert(s.info, note == e.cut and "[cut]" or "[malformed]")
end

-- The next bytes as a range, or nil when the message ends before.
local function take(s, len, what)
	local at = s.at

	if s.has_failed then return nil end
	if at + len > s.tvb:reported_len() then
		fail(s, e.malformed, string.format("Malformed: %s needs %d bytes, %d are left", what, len,
			s.tvb:reported_len() - at))
		return nil
	end
	if at + len > s.tvb:captured_len() then
		fail(s, e.cut, "Not all of the message was captured: " .. what .. " is missing")
		return nil
	end
	s.at = at + len
	return s.tvb(at, len)
end

local function left(s)
	return s.has_failed and 0 or s.tvb:reported_len() - s.at
end

-- A number into the tree and into s; nil when the message ends before.
local function number(s, tree, name, len)
	local range = take(s, len, name:gsub("_", " "))

	if not range then return nil end
	s[name] = range:uint()
	return tree:add(f[name], range)
end

local function boot_time(s, tree, name)
	local item = number(s, tree, name, 4)

	if item then item:append_text(os.date("! (%Y-%m-%d %H:%M:%S UTC)", s[name])) end
end

-- Source or group, as text; nil when the message ends before.
local function address(s, tree, name)
	local range = take(s, s.family == 4 and 4 or 16, name:gsub("_", " "))

	if not range then return nil end
	s[name] = range:bytes():tohex()
	if s.family == 4 then
		tree:add(f[name], range)
		return tostring(range:ipv4())
	end
	tree:add(f[name .. "_v6"], range)
	if s[name]:sub(1, 24):lower() == "00000000000000000000ffff" then
		fail(s, e.malformed, "Malformed: an IPv6 address that maps an IPv4 address")
	end
	return tostring(range:ipv6())
end

local function source_group(s, tree)
	local source = address(s, tree, "tree_source")
	local group = address(s, tree, "tree_group")

	return group and "(" .. source .. ", " .. group .. ")"
end

local function rpc(s, tree)
	number(s, tree, "preference", 4)
	number(s, tree, "metric", 4)
	return s.metric and not s.has_failed and string.format("metric %d/%d", s.preference, s.metric)
end

-- ---- Messages ----

local function option_known(s, tree, kind, len)
	local what = OPTION_NAMES[kind]

	if len ~= OPTION_LENGTHS[kind] then
		fail(s, e.malformed, string.format("Malformed: %s has %d bytes, not %d", what, len,
			OPTION_LENGTHS[kind]))
	elseif kind == 1 then
		number(s, tree, "hello_holdtime", 2)
	else
		number(s, tree, "checkpoint_sn", 4)
	end
end

-- 2.3: any order, the last of a kind counts, unknown ones are skipped.
local function options(s)
	while left(s) > 0 do
		local range = take(s, 4, "option header")
		if not range then return end
		local kind, len = range(0, 2):uint(), range(2, 2):uint()
		local tree = s.tree:add(range, "Option: " .. (OPTION_NAMES[kind] or "unknown"))

		tree:set_len(math.min(4 + len, s.tvb:captured_len() - s.at + 4))
		tree:add(f.option_type, range(0, 2))
		tree:add(f.option_length, range(2, 2))
		if OPTION_NAMES[kind] then
			option_known(s, tree, kind, len)
		else
			local value = len > 0 and take(s, len, "value of an unknown option")
			if value then tree:add(f.option_value, value) end
			tree:add_proto_expert_info(e.option, string.format("Unknown option %d, skipped", kind))
		end
	end
end

local function hello(s)
	options(s)
	if s.has_failed then return end
	if not s.hello_holdtime then
		fail(s, e.malformed, "Malformed: a Hello without Hello Hold Time")
		return
	end
	if s.hello_holdtime == 0 then
		s.tree:add_proto_expert_info(e.leaving, "Hold time 0: the sender leaves")
		table.insert(s.info, "leaving")
	else
		table.insert(s.info, string.format("hold time %d s", s.hello_holdtime))
	end
	if s.checkpoint_sn then table.insert(s.info, "CheckpointSN " .. s.checkpoint_sn) end
end

local function flags(s)
	local range = take(s, 4, "SyncSN")

	if not range then return false end
	s.master, s.more = range:bitfield(0, 1) == 1, range:bitfield(1, 1) == 1
	s.sync_sn = range:bitfield(2, 30)
	s.tree:add(f.master, range)
	s.tree:add(f.more, range)
	s.tree:add(f.sync_sn, range)
	return true
end

-- 2.4: trees or options behind the fixed part.
local function sync(s)
	local count = 0

	number(s, s.tree, "my_snapshot_sn", 4)
	number(s, s.tree, "neighbor_snapshot_sn", 4)
	boot_time(s, s.tree, "neighbor_boot_time")
	if not flags(s) then return end
	table.insert(s.info, string.format("SyncSN %d, %s%s", s.sync_sn, s.master and "master" or "slave",
		s.more and ", more" or ""))
	if not s.more then return options(s) end
	while left(s) > 0 do
		local start = s.at
		local tree = s.tree:add(s.tvb(start, 0), "Tree")
		local name = source_group(s, tree)
		local cost = rpc(s, tree)

		tree:set_len(s.at - start)
		if not cost then return end
		tree:append_text(" " .. name .. ", " .. cost)
		count = count + 1
	end
	table.insert(s.info, string.format("%d tree%s", count, count == 1 and "" or "s"))
end

-- 2.5 to 2.7
local function tree_message(s)
	table.insert(s.info, source_group(s, s.tree))
	if s.type == TYPE.ACK then
		boot_time(s, s.tree, "neighbor_boot_time")
		number(s, s.tree, "neighbor_snapshot_sn", 4)
		number(s, s.tree, "my_snapshot_sn", 4)
	end
	number(s, s.tree, "sn", 4)
	if s.sn then table.insert(s.info, (s.type == TYPE.ACK and "of SN " or "SN ") .. s.sn) end
	if s.type == TYPE.UPSTREAM then table.insert(s.info, rpc(s, s.tree) or nil) end
	if left(s) > 0 then
		s.tree:add_proto_expert_info(e.trailing, left(s) .. " bytes behind the message are ignored")
	end
end

-- ---- What was seen before in the capture ----

local answers      -- frame of a request: frames of its answers, in order
local requests     -- key of a request: frame and time of its transmissions, in order
local seen         -- frame: what it answers, retransmits, and its notes
local signers      -- per family: sender and identifier of the last signed message
local boot_times   -- sender: its newest BootTime

function hpim.init()
	answers, requests, seen, signers, boot_times = {}, {}, {}, {}, {}
end

-- A request, and what answers it, have the same key. Reliable messages are answered by Ack (2.7), a
-- Sync of the master by one of the slave (3.3).
local function request_key(s)
	if s.type == TYPE.SYNC and s.master then
		return table.concat({ "sync", s.src, s.dst, s.boot_time, s.my_snapshot_sn, s.sync_sn }, " ")
	elseif s.type >= TYPE.UPSTREAM and s.type <= TYPE.NO_INTEREST then
		return table.concat({ s.src, s.boot_time, s.tree_source, s.tree_group, s.sn }, " ")
	end
end

local function answer_key(s)
	if s.type == TYPE.SYNC and not s.master then
		return table.concat({ "sync", s.dst, s.src, s.neighbor_boot_time, s.neighbor_snapshot_sn,
			s.sync_sn }, " ")
	elseif s.type == TYPE.ACK then
		return table.concat({ s.dst, s.neighbor_boot_time, s.tree_source, s.tree_group, s.sn }, " ")
	end
end

-- Once for each frame, in their order.
local function link_frames(s, mine, frame, time)
	local key = request_key(s)
	local sent = key and requests[key]

	if sent then
		mine.retransmission_of = sent[1].frame
		table.insert(sent, { frame = frame, time = time })
	elseif key then
		requests[key] = { { frame = frame, time = time } }
	end
	sent = requests[answer_key(s) or ""]
	if sent then
		local request = sent[#sent]

		mine.response_to, mine.response_time = request.frame, time - request.time
		answers[request.frame] = answers[request.frame] or {}
		table.insert(answers[request.frame], frame)
	end
end

-- Once for each frame: what its sender does differently from before, and from others.
local function compare_sender(s, mine)
	local newest, signer = boot_times[s.src], signers[s.family]

	if newest and s.boot_time > newest then mine.restarted_from = newest end
	boot_times[s.src] = math.max(s.boot_time, newest or 0)
	if s.security_length > 0 then
		mine.other_id = signer and signer.id ~= s.security_id and signer.id
		signers[s.family] = { src = s.src, id = s.security_id }
	else
		mine.is_unsigned = signer ~= nil and signer.src ~= s.src
	end
end

local function notes(s, mine)
	if mine.restarted_from then
		s.tree:add_proto_expert_info(e.restart, string.format(
			"BootTime was %d: the sender's interface started again", mine.restarted_from))
	end
	if mine.is_unsigned then
		s.tree:add_proto_expert_info(e.no_key, "Not signed, while another router in this capture signs")
	end
	if mine.other_id then
		s.tree:add_proto_expert_info(e.other_id, string.format(
			"Security identifier %d, while the last signed message has %d", s.security_id, mine.other_id))
	end
	if mine.retransmission_of then
		s.tree:add(f.retransmission_of, mine.retransmission_of):set_generated()
		s.tree:add_proto_expert_info(e.retransmission, "Retransmission: an answer was missing")
		table.insert(s.info, "[retransmission]")
	end
end

local function links(s, mine, frame)
	if mine.response_to then
		local whole = math.floor(mine.response_time)
		local rest = math.floor((mine.response_time - whole) * 1e6 + 0.5) * 1000

		s.tree:add(f.response_to, mine.response_to):set_generated()
		s.tree:add(f.response_time, NSTime.new(whole, rest)):set_generated()
	end
	for _, answer in ipairs(answers[frame] or {}) do
		s.tree:add(f.response_in, answer):set_generated()
	end
end

-- ---- A packet ----

-- 2.8
local function security(s)
	local len_item, value

	number(s, s.tree, "security_id", 2)
	len_item = number(s, s.tree, "security_length", 1)
	if not len_item then return end
	len_item:append_text(" (" .. (HASH_NAMES[s.security_length] or "no known hash") .. ")")
	if not HASH_NAMES[s.security_length] then
		len_item:add_proto_expert_info(e.hash, string.format(
			"No known hash has %d bytes", s.security_length))
	end
	if s.security_length > SECURITY_MAX then
		fail(s, e.malformed, string.format("Malformed: a security value of %d bytes, longer than any hash",
			s.security_length))
		return
	end
	value = s.security_length > 0 and take(s, s.security_length, "security value")
	if value then s.tree:add(f.security_value, value) end
end

-- Returns whether there is a body to read.
local function header(s)
	local range

	boot_time(s, s.tree, "boot_time")
	range = take(s, 1, "version and type")
	if not range then return false end
	s.type = range:bitfield(4, 4)
	local version, kind = s.tree:add(f.version, range), s.tree:add(f.type, range)
	s.info[1] = TYPE_NAMES[s.type] or "unknown type " .. s.type
	if range:bitfield(0, 4) ~= 0 then
		s.info[1] = "unknown version " .. range:bitfield(0, 4)
		version:add_proto_expert_info(e.version, "Unknown version; receivers discard the message")
	elseif not TYPE_NAMES[s.type] then
		kind:add_proto_expert_info(e.type, "Unknown type; receivers discard the message")
	else
		security(s)
		return not s.has_failed
	end
	s.has_failed = true
	return false
end

local function body(s)
	if s.type == TYPE.HELLO then
		hello(s)
	elseif s.type == TYPE.SYNC then
		sync(s)
	else
		tree_message(s)
	end
end

-- What has the protocol number until now.
local ip_protocols = DissectorTable.get("ip.proto")
local pim = ip_protocols:get_dissector(103)

function hpim.dissector(tvb, pinfo, root)
	local family, src, dst = addresses(pinfo)

	if not family then return 0 end
	if is_pim(tvb, src, dst) then return pim:call(tvb, pinfo, root) end

	local s = { tvb = tvb, family = family, src = src, dst = dst, at = 0, info = { "message" } }
	s.tree = root:add(hpim, tvb())
	pinfo.cols.protocol = "HPIM-DM"
	if header(s) then body(s) end
	s.tree:append_text(", " .. s.info[1])
	if not s.has_failed then
		local mine = seen[pinfo.number] or {}

		if not seen[pinfo.number] then
			link_frames(s, mine, pinfo.number, pinfo.rel_ts)
			compare_sender(s, mine)
			seen[pinfo.number] = mine
		end
		notes(s, mine)
		links(s, mine, pinfo.number)
	end
	pinfo.cols.info = s.info[1] .. " " .. table.concat(s.info, ", ", 2)
	return tvb:captured_len()
end

ip_protocols:add(103, hpim)
