import Records

/// A feature as it stands in files, field by field: what YAML specs, bins and models are read from and written as.
package struct FeatureForm: Codable, Sendable, Hashable {
    /// The feature's name, of 1 to 64 of ASCII letters, digits and `. _ : + -`.
    package var name: String
    /// One of `kinds`.
    package var kind: String
    /// Whose history, or whose name is looked up in `values`.
    package var entity: String?
    /// The window's span, and how long before the transaction it ends: seconds.
    package var over: Int64?
    package var delay: Int64?
    /// `distinct`: what is told apart.
    package var of: String?
    /// `count_over_mean`: the longer span; `max_over_mean`: the span before the window. Seconds.
    package var history: Int64?
    /// `kind_is`, `channel_is`: the code; `listed`: the names.
    package var value: String?
    package var values: [String]?
    /// `consortium` where all members' transactions are counted, by the parties.
    package var scope: String?
    /// Where the values are cut, of any kind; absent where bins are learnt.
    package var edges: [Double]?

    /// A form with no further fields.
    package init(name: String, kind: String) {
        self.name = name
        self.kind = kind
    }

    /// Which field is wrong, and what belongs there; nil where the kind has no such field.
    package struct Mistake: Error, Sendable, Hashable {
        package var field: String
        package var expected: String?
    }

    /// Kinds that read the transaction alone, by their names in files.
    package static let plain: [String: Feature.Kind] = [
        "amount": .amount, "weekend": .weekend, "night": .night, "hour": .hour, "weekday": .weekday,
        "day_of_month": .dayOfMonth,
    ]
    /// Kinds over a window that need nothing beside it, by their names in files.
    package static let aggregates: [String: Feature.Aggregate] = [
        "count": .count, "sum_amount": .sum, "mean_amount": .mean, "max_amount": .max,
        "seconds_since_last": .secondsSinceLast, "amount_over_mean": .amountOverMean, "amount_over_max": .amountOverMax,
        "frauds": .frauds, "fraud_rate": .fraudRate,
    ]
    /// All names of kinds, for messages about a wrong one.
    package static let kinds: [String] =
        (plain.keys.sorted() + [
            "kind_is", "channel_is", "listed", "distinct", "count_over_mean", "max_over_mean", "members",
        ]
            + aggregates.keys.sorted())

    /// The feature that the form describes.
    ///
    /// - Throws: the first field that is wrong, missing, or not of the kind.
    package func feature() throws(Mistake) -> Feature {
        guard Self.isName(name) else {
            throw Mistake(field: "name", expected: "a name of 1 to 64 of ASCII letters, digits and . _ : + -")
        }
        guard edges.map(Self.areEdges) ?? true else {
            throw Mistake(field: "edges", expected: "a list of 1 to \(BinnedSpec.mostEdges) numbers that rise")
        }
        return Feature(name: name, kind: try featureKind(), edges: edges)
    }

    private static func areEdges(_ list: [Double]) -> Bool {
        (1...BinnedSpec.mostEdges).contains(list.count) && list.allSatisfy(\.isFinite)
            && zip(list, list.dropFirst()).allSatisfy(<)
    }

    /// Names of features, specs and model versions.
    static func isName(_ text: String) -> Bool {
        let marks = Set("._:+-".utf8)
        return (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || marks.contains(byte)
            }
    }

    /// The kind, with exactly the fields that belong to it.
    private func featureKind() throws(Mistake) -> Feature.Kind {
        if let scope { return try consortiumKind(scope) }
        if let plain = Self.plain[kind] {
            try refuse(except: [])
            return plain
        }
        switch kind {
        case "kind_is":
            try refuse(except: ["value"])
            return .isKind(try code(PaymentKind.self))
        case "channel_is":
            try refuse(except: ["value"])
            return .isChannel(try code(PaymentChannel.self))
        case "listed":
            try refuse(except: ["entity", "values"])
            guard let values, !values.isEmpty, Set(values).count == values.count else {
                throw Mistake(field: "values", expected: "a list of different names")
            }
            return .listed(try owner(entity, "entity"), Set(values))
        case "distinct":
            try refuse(except: ["entity", "over", "delay", "of"])
            return .window(.distinct(try owner(of, "of")), try owner(entity, "entity"), try window())
        case "count_over_mean":
            try refuse(except: ["entity", "over", "delay", "history"])
            let window = try window()
            guard let history, (window.span...Feature.Window.limit).contains(history) else {
                throw Mistake(field: "history", expected: "a span that is no shorter than `over`")
            }
            return .window(.countOverMean(history: history), try owner(entity, "entity"), window)
        case "max_over_mean":
            try refuse(except: ["entity", "over", "delay", "history"])
            guard let history, (1...Feature.Window.limit).contains(history) else {
                throw Mistake(field: "history", expected: "a span such as 30d, at most ten years")
            }
            return .window(.maxOverMean(history: history), try owner(entity, "entity"), try window())
        default:
            guard let aggregate = Self.aggregates[kind] else {
                throw Mistake(field: "kind", expected: "one of \(Self.kinds.joined(separator: ", "))")
            }
            try refuse(except: ["entity", "over", "delay"])
            return .window(aggregate, try owner(entity, "entity"), try window())
        }
    }

    /// A feature that the parties count. A window without a delay is public, of a minute, an hour or a day.
    private func consortiumKind(_ scope: String) throws(Mistake) -> Feature.Kind {
        guard scope == "consortium" else { throw Mistake(field: "scope", expected: "`consortium`") }
        guard let signal = Feature.Signal(rawValue: kind) else {
            let known = Feature.Signal.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake(field: "kind", expected: "with `scope: consortium`, one of \(known)")
        }
        try refuse(except: ["entity", "over", "delay"])
        let entity = try owner(entity, "entity")
        guard Feature.Entity.tokens.contains(entity) else {
            let known = Feature.Entity.tokens.map(\.rawValue).joined(separator: ", ")
            throw Mistake(field: "entity", expected: "with `scope: consortium`, one of \(known)")
        }
        let window = try window()
        guard window.delay > 0 || !signal.isSecret && [60, 3600, EventTime.day].contains(window.span) else {
            throw Mistake(
                field: "over",
                expected: "without a delay, 1m, 1h or 1d of `count` or `members`; with one, whole buckets")
        }
        return .consortium(signal, entity, window)
    }

    /// Refuses fields that the kind does not have, so that a misplaced one is never passed over.
    private func refuse(except allowed: Set<String>) throws(Mistake) {
        let given: [(String, Bool)] = [
            ("entity", entity != nil), ("over", over != nil), ("delay", delay != nil), ("of", of != nil),
            ("history", history != nil), ("value", value != nil), ("values", values != nil),
        ]
        for (field, isGiven) in given where isGiven && !allowed.contains(field) {
            throw Mistake(field: field, expected: nil)
        }
    }

    private func owner(_ text: String?, _ field: String) throws(Mistake) -> Feature.Entity {
        guard let entity = text.flatMap(Feature.Entity.init(rawValue:)) else {
            let known = Feature.Entity.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake(field: field, expected: "one of \(known)")
        }
        return entity
    }

    /// The window: 1 second to ten years long, ending up to ten years before the transaction.
    private func window() throws(Mistake) -> Feature.Window {
        guard let over, (1...Feature.Window.limit).contains(over) else {
            throw Mistake(field: "over", expected: "a span such as 10m, 1h or 7d, at most ten years")
        }
        guard (0...Feature.Window.limit).contains(delay ?? 0) else {
            throw Mistake(field: "delay", expected: "a span such as 7d, at most ten years")
        }
        return Feature.Window(span: over, delay: delay ?? 0)
    }

    private func code<List: RawRepresentable<String> & CaseIterable>(_ list: List.Type) throws(Mistake) -> List {
        guard let code = value.flatMap(List.init(rawValue:)) else {
            let known = List.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake(field: "value", expected: "one of \(known)")
        }
        return code
    }
}

extension FeatureForm {
    /// The form that gives this feature again; lists are sorted, so equal features have equal forms.
    package init(_ feature: Feature) {
        self.init(name: feature.name, kind: "")
        edges = feature.edges
        switch feature.kind {
        case .isKind(let code): (kind, value) = ("kind_is", code.rawValue)
        case .isChannel(let code): (kind, value) = ("channel_is", code.rawValue)
        case .consortium(let signal, let entity, let window):
            (kind, scope, self.entity, over) = (signal.rawValue, "consortium", entity.rawValue, window.span)
            delay = window.delay == 0 ? nil : window.delay
        case .listed(let entity, let names):
            (kind, self.entity, values) = ("listed", entity.rawValue, names.sorted())
        case .window(let aggregate, let entity, let window):
            self.entity = entity.rawValue
            over = window.span
            delay = window.delay == 0 ? nil : window.delay
            switch aggregate {
            case .distinct(let other): (kind, of) = ("distinct", other.rawValue)
            case .countOverMean(let history): (kind, self.history) = ("count_over_mean", history)
            case .maxOverMean(let history): (kind, self.history) = ("max_over_mean", history)
            default: kind = Self.aggregates.first { $0.value == aggregate }?.key ?? ""
            }
        default: kind = Self.plain.first { $0.value == feature.kind }?.key ?? ""
        }
    }

    /// One line that says everything, for a spec's digest.
    var line: String {
        var parts = [name, kind]
        if let entity { parts.append("entity=\(entity)") }
        if let over { parts.append("over=\(over)") }
        if let delay { parts.append("delay=\(delay)") }
        if let of { parts.append("of=\(of)") }
        if let history { parts.append("history=\(history)") }
        if let value { parts.append("value=\(value)") }
        if let scope { parts.append("scope=\(scope)") }
        if let edges { parts.append("edges=" + edges.map { "\($0)" }.joined(separator: ",")) }
        for value in values ?? [] { parts.append("\(value.utf8.count):\(value)") }
        return parts.joined(separator: "\u{1F}")
    }
}

extension FeatureForm.Mistake: CustomStringConvertible {
    package var description: String { "`\(field)`: " + (expected.map { "\($0) belongs here" } ?? "no such field here") }
}
