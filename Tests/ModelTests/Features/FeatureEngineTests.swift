import Model
import Records
import Support
import Testing

private let hour: Int64 = 3600
private let day = EventTime.day

/// Every kind of feature, over several entities and spans.
private let kinds: [(String, Feature.Kind)] = [
    ("amount", .amount), ("weekend", .weekend), ("night", .night), ("hour", .hour), ("weekday", .weekday),
    ("day", .dayOfMonth), ("instant", .isKind(.instantTransfer)), ("mobile", .isChannel(.mobile)),
    ("listed", .listed(.country, ["NG", "RU"])),
    ("n1h", .window(.count, .customer, .init(span: hour))),
    ("n7d", .window(.count, .customer, .init(days: 7))),
    ("sum", .window(.sum, .customer, .init(days: 1))),
    ("mean", .window(.mean, .card, .init(days: 3))),
    ("max", .window(.max, .customer, .init(days: 2))),
    ("payees", .window(.distinct(.payee), .customer, .init(days: 2))),
    ("customers", .window(.distinct(.customer), .device, .init(days: 5))),
    ("devices", .window(.distinct(.device), .customer, .init(days: 2))),
    ("since", .window(.secondsSinceLast, .device, .init(days: 2))),
    ("over mean", .window(.amountOverMean, .customer, .init(days: 7))),
    ("over max", .window(.amountOverMax, .customer, .init(days: 7))),
    ("busy", .window(.countOverMean(history: 7 * day), .customer, .init(days: 1))),
    ("unusual", .window(.maxOverMean(history: 6 * day), .customer, .init(days: 1))),
    ("unusual late", .window(.maxOverMean(history: 2 * hour), .terminal, .init(days: 3, delayDays: 1))),
    ("frauds", .window(.frauds, .terminal, .init(days: 5, delayDays: 2))),
    ("rate", .window(.fraudRate, .terminal, .init(days: 5, delayDays: 2))),
]
private let spec = FeatureSpec(name: "all", features: kinds.map { Feature(name: $0.0, kind: $0.1) })

/// The definition, over a plain list of what came so far, in order of arrival.
private func expected(_ at: Int, _ all: [Transaction], _ frauds: Set<Int>) -> [Double] {
    let this = all[at]
    func window(_ entity: Feature.Entity, _ window: Feature.Window) -> [(place: Int, transaction: Transaction)] {
        guard let name = this.name(of: entity) else { return [] }
        let end = this.time.seconds - window.delay
        return all[...at].enumerated().map { (place: $0.offset, transaction: $0.element) }.filter {
            $0.transaction.name(of: entity) == name && $0.transaction.time.seconds <= end
                && $0.transaction.time.seconds > end - window.span
        }
    }
    func major(_ units: Int64) -> Double { Double(units) / 100 }
    return spec.features.map { feature -> Double in
        guard case .window(let aggregate, let entity, let span) = feature.kind else {
            switch feature.kind {
            case .amount: return major(this.amount.value)
            case .weekend: return this.time.weekday >= 5 ? 1 : 0
            case .night: return this.time.hour <= 6 ? 1 : 0
            case .hour: return Double(this.time.hour)
            case .weekday: return Double(this.time.weekday)
            case .dayOfMonth: return Double(this.time.date.day)
            case .isKind(let kind): return this.kind == kind ? 1 : 0
            case .isChannel(let channel): return this.channel == channel ? 1 : 0
            case .listed(let entity, let names): return names.contains(this.name(of: entity) ?? "?") ? 1 : 0
            case .window, .consortium: return .nan
            }
        }
        let found = window(entity, span)
        let sum = found.reduce(0) { $0 + $1.transaction.amount.value }
        let mean = found.isEmpty ? 0 : major(sum) / Double(found.count)
        let most = found.map(\.transaction.amount.value).max() ?? 0
        let bad = found.count { frauds.contains($0.place) }
        switch aggregate {
        case .count: return Double(found.count)
        case .sum: return major(sum)
        case .mean: return mean
        case .max: return major(most)
        case .distinct(let other): return Double(Set(found.compactMap { $0.transaction.name(of: other) }).count)
        case .secondsSinceLast:
            let times = found.map(\.transaction.time.seconds).sorted()
            return times.count < 2 ? Double(span.span) : Double(this.time.seconds - times[times.count - 2])
        case .amountOverMean: return mean > 0 ? major(this.amount.value) / mean : 0
        case .amountOverMax: return most > 0 ? Double(this.amount.value) / Double(most) : 0
        case .countOverMean(let history):
            let longer = window(entity, .init(span: history, delay: span.delay)).count
            return longer == 0 ? 0 : Double(found.count) / (Double(longer) * Double(span.span) / Double(history))
        case .maxOverMean(let history):
            let before = window(entity, .init(span: history, delay: span.delay + span.span))
            let usual = before.reduce(0.0) { $0 + major($1.transaction.amount.value) } / Double(before.count)
            return before.isEmpty || usual == 0 ? 0 : major(most) / usual
        case .frauds: return Double(bad)
        case .fraudRate: return Double(bad) / Double(max(found.count, 1))
        }
    }
}

private func payment(_ number: Int, at time: Int64, _ random: inout SplitMix64) -> Transaction {
    func one(_ prefix: String, of count: Int) -> String { prefix + String(Int.random(in: 0..<count, using: &random)) }
    var transaction = Transaction(
        id: "p\(number)", time: EventTime(seconds: time), customer: one("c", of: 6), terminal: one("t", of: 9),
        amount: MinorUnits(Int64.random(in: 0...9, using: &random) * 250))
    transaction.kind = Bool.random(using: &random) ? .instantTransfer : .card
    transaction.channel = [.mobile, .pos, nil].randomElement(using: &random)!
    for (entity, count) in [(EntityKind.payee, 4), (.card, 7), (.device, 5)]
    where Int.random(in: 0..<4, using: &random) > 0 {
        transaction.entities[entity] = one(entity.rawValue, of: count)
    }
    if Bool.random(using: &random) { transaction.entities[.country] = ["NG", "DE"].randomElement(using: &random)! }
    return transaction
}

@Suite("Features")
struct FeatureEngineTests {
    @Test(
        "equal their definition for every kind, with late transactions, ties and verdicts that come and go",
        arguments: 1...6)
    func definition(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var engine = FeatureEngine(spec: spec, hasher: EntityHasher(k0: seed, k1: 9))
        var all: [Transaction] = []
        var frauds: Set<Int> = []
        var now = 20_000 * day
        for number in 0..<400 {
            now += [0, 60, hour, 5 * hour].randomElement(using: &random)!
            let late = number % 7 == 0 ? Int64.random(in: 0...day, using: &random) : 0
            all.append(payment(number, at: now - late, &random))
            let values = engine.observe(all[number])
            #expect(values == expected(number, all, frauds), "seed \(seed), transaction \(number)")
            if number % 3 == 0 {
                let place = Int.random(in: max(0, number - 80)...number, using: &random)
                let fraud = !frauds.contains(place)
                engine.confirm(all[place], fraud: fraud)
                if fraud { frauds.insert(place) } else { frauds.remove(place) }
            }
        }
    }

    @Test("forgetting what is out of reach changes nothing", arguments: 1...3)
    func expiry(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var kept = FeatureEngine(spec: spec)
        var swept = FeatureEngine(spec: spec)
        var now = 20_000 * day
        for number in 0..<1500 {
            now += [0, 60, hour, 5 * hour, 2 * day].randomElement(using: &random)!
            let transaction = payment(number, at: now, &random)
            #expect(kept.observe(transaction) == swept.observe(transaction), "seed \(seed), transaction \(number)")
            if number % 50 == 49 { swept.expire(before: EventTime(seconds: now)) }
        }
    }

    @Test("max and distinct look at the newest transactions of a busy window, and at no more")
    func walk() {
        let busy = FeatureSpec(
            name: "busy",
            features: [
                Feature(name: "max", kind: .window(.max, .terminal, .init(days: 1))),
                Feature(name: "payees", kind: .window(.distinct(.payee), .terminal, .init(days: 1))),
                Feature(name: "n", kind: .window(.count, .terminal, .init(days: 1))),
            ])
        var engine = FeatureEngine(spec: busy)
        var last: [Double] = []
        for number in 0...FeatureEngine.walk {
            var transaction = Transaction(
                id: "\(number)", time: EventTime(seconds: 1_700_000_000 + Int64(number)), customer: "c", terminal: "t",
                amount: MinorUnits(number == 0 ? 9900 : 100))
            transaction.entities[.payee] = number == 0 ? "first" : "p\(number % 3)"
            last = engine.observe(transaction)
            if number == FeatureEngine.walk - 1 { #expect(last == [99, 4, Double(FeatureEngine.walk)]) }
        }
        #expect(last == [1, 3, Double(FeatureEngine.walk + 1)])
    }

    @Test("a form says a feature completely: it reads back equal, and each has a digest of its own")
    func forms() throws {
        var lines: Set<[Double]> = []
        for feature in spec.features {
            let form = FeatureForm(Feature(name: "x", kind: feature.kind))
            #expect(try form.feature().kind == feature.kind)
            let binned = try BinnedSpec(spec: FeatureSpec(name: "s", features: [try form.feature()]), edges: [[1]])
            lines.insert([Double(binned.id)])
        }
        #expect(lines.count == spec.features.count)
    }

    @Test("keys are SipHash-2-4, as its authors' vectors have it, one domain an entity, and never 0")
    func sipHash() {
        // Key 00 01 ... 0f, messages of 0, 1, 7, 8 and 15 bytes 00 01 ...: the reference implementation's vectors.
        let hasher = EntityHasher(k0: 0x0706_0504_0302_0100, k1: 0x0f0e_0d0c_0b0a_0908)
        let vectors: [(Int, UInt64)] = [
            (0, 0x726f_db47_dd0e_0e31), (1, 0x74f8_39c5_93dc_67fd), (7, 0xab02_00f5_8b01_d137),
            (8, 0x93f5_f579_9a93_2462), (15, 0xa129_ca61_49be_45e5),
        ]
        for (length, expected) in vectors {
            let hash = (0..<UInt8(length)).map { $0 }.withUnsafeBufferPointer { hasher.hash($0) }
            #expect(hash == expected, "\(length) bytes")
        }
        let keys = Feature.Entity.allCases.map { hasher.key("same", of: $0) }
        #expect(Set(keys).count == keys.count && Set(Feature.Entity.allCases.map(\.index)).count == EntityKeys.count)
    }
}
