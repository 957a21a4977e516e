package import Records
package import Worlds

/// An invented world as a file describes it: `pipelines/worlds/*.yaml`.
package enum WorldFile: Sendable {
    case consortium(WorldPlan)
    case handbook(HandbookOptions)

    /// What a caller wants otherwise than the file.
    package struct Changes: Sendable {
        package var seed: UInt64?
        package var start: EventTime?
        package var days: Int?
        package var customers: Int?
        package var terminals: Int?

        package init(
            seed: UInt64? = nil, start: EventTime? = nil, days: Int? = nil, customers: Int? = nil, terminals: Int? = nil
        ) {
            self.seed = seed
            self.start = start
            self.days = days
            self.customers = customers
            self.terminals = terminals
        }
    }

    /// - Parameter changes: in the bounds that the file has, which the caller checks.
    package init(file: String, changes: Changes = Changes()) throws(ConfigurationError) {
        let root = try YAMLNode(file: file)
        let kind = try root.child("world")
        switch try kind.string {
        case "consortium":
            try root.allow(Size.keys + ["segments", "typologies"])
            let size = try Size(root, changes)
            let segments = try root.optional("segments").map { node throws(ConfigurationError) in
                try numbers(node, in: 0...1_000_000) { Segment(rawValue: $0) }
            }
            if let segments, !segments.values.contains(where: { $0 > 0 }) {
                throw try root.child("segments").wrong("at least one share above 0 belongs here")
            }
            let rates = try root.optional("typologies").map { node throws(ConfigurationError) in
                try numbers(node, in: 0...WorldPlan.mostIncidents) { Typology(rawValue: $0) }
            }
            do {
                self = .consortium(
                    try WorldPlan(
                        seed: size.seed, customers: size.customers, terminals: size.terminals, days: size.days,
                        start: size.start, banks: size.banks, segments: segments ?? WorldPlan.usualSegments,
                        typologies: WorldPlan.usualTypologies.merging(rates ?? [:]) { $1 }))
            } catch { throw root.wrong("a consortium has \(WorldPlan.limits)") }
        case "handbook":
            try root.allow(Size.keys + ["radius"])
            let size = try Size(root, changes)
            let radius = try root.optional("radius")?.number(in: 0.001...1000)
            do {
                self = .handbook(
                    try HandbookOptions(
                        seed: size.seed, customers: size.customers, terminals: size.terminals, days: size.days,
                        startDay: size.start, radius: radius ?? 5, members: size.banks))
            } catch { throw root.wrong("customers, terminals, days or radius make no world") }
        default: throw kind.wrong("consortium or handbook belongs here")
        }
    }

    /// What both worlds have.
    private struct Size {
        static let keys = ["world", "seed", "start", "days", "customers", "terminals", "banks"]
        var seed: UInt64
        var start: EventTime
        var days: Int
        var customers: Int
        var terminals: Int
        var banks: [BankShare]

        init(_ root: YAMLNode, _ changes: Changes) throws(ConfigurationError) {
            seed = try UInt64(root.child("seed").int(in: 0...Int.max))
            days = try root.child("days").int(in: WorldPlan.dayBounds)
            customers = try root.child("customers").int(in: 1...10_000_000)
            terminals = try root.child("terminals").int(in: 1...10_000_000)
            let first = try root.child("start")
            guard let day = EventTime(rfc3339: try first.string), try first.string.utf8.count == 10 else {
                throw first.wrong("a date such as 2026-03-01 belongs here")
            }
            start = changes.start ?? day
            seed = changes.seed ?? seed
            days = changes.days ?? days
            customers = changes.customers ?? customers
            terminals = changes.terminals ?? terminals
            banks = []
            for (name, share) in try root.child("banks").entries {
                let id = try readMember(name, known: banks.map(\.id))
                banks.append(BankShare(id: id, share: try share.number(in: 0.000_001...1_000_000)))
            }
            guard !banks.isEmpty else { throw try root.child("banks").wrong("at least one bank belongs here") }
        }
    }
}

/// A mapping of known names to numbers.
private func numbers<Name: Hashable & RawRepresentable<String> & CaseIterable>(
    _ node: YAMLNode, in bounds: ClosedRange<Double>, _ name: (String) -> Name?
) throws(ConfigurationError) -> [Name: Double] {
    try node.allow(Name.allCases.map(\.rawValue))
    var out: [Name: Double] = [:]
    for (key, value) in try node.entries {
        if let known = name(try key.string) { out[known] = try value.number(in: bounds) }
    }
    return out
}

extension WorldFile {
    package var seed: UInt64 {
        switch self {
        case .consortium(let plan): plan.seed
        case .handbook(let options): options.seed
        }
    }

    /// Everything that happens in it.
    ///
    /// - Parameter threads: how many work at once; changes nothing of the result.
    package func generate(threads: Int) -> any SimulatedWorld {
        switch self {
        case .consortium(let plan): ConsortiumWorld(plan).payments(threads: threads)
        case .handbook(let options): HandbookDays(options)
        }
    }
}
