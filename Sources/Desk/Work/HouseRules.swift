package import Records

/// The rules of a member's desk, which go by the log as all that they decide does: the latest record holds at every desk, from
/// where it stands.
package struct HouseRules: Hashable, Sendable {
    /// How often they were set; 0 for those that a desk begins with.
    package var version: Int64 = 0
    /// What random draws go by, so that nobody outside can foretell them: the id of the record that set the rules.
    package var salt = ""
    /// From which amount on a verdict, or a case's end, needs a second person; nil where none does.
    package var fourEyes: MinorUnits?
    /// When they were set, by the log's clock in microseconds: payments that are decided from then on go by them.
    package var since: Int64 = 0
    /// Of a thousand payments of each stratum, how many are drawn; none where nothing is said.
    package var samples: [Sample.Stratum: Int64] = [:]
    /// Of a thousand alerts with a verdict, how many a second person judges, too.
    package var judgedTwice: Int64 = 0
    package var service = ServiceRules()

    package init() {}

    /// What is wrong with a line.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package var line: Int
        package var reason: Mistake

        package init(line: Int, reason: Mistake) {
            self.line = line
            self.reason = reason
        }

        package var description: String { "line \(line): \(reason)" }
    }

    /// Most bytes of the text.
    package static let limit = 16_384
}

extension HouseRules {
    /// Reads rules from lines; blank ones and those that begin with `#` are passed over. What no line says is as at the beginning.
    package init(text: String) throws(Fault) {
        self.init()
        var seen: Set<String> = []
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            guard seen.insert(Self.key(name, words)).inserted else {
                throw Fault(line: number + 1, reason: .repeated)
            }
            if let reason = set(name, Array(words.dropFirst())) { throw Fault(line: number + 1, reason: reason) }
        }
    }

    /// - Returns: why a line says nothing.
    private mutating func set(_ name: String, _ values: [String]) -> Mistake? {
        switch name {
        case "four_eyes":
            guard values.count == 1, let amount = try? MinorUnits(decimal: values[0]), amount.value > 0 else {
                return .fourEyes
            }
            fourEyes = amount
        case "sample":
            guard values.count == 2, let stratum = Sample.Stratum(rawValue: values[0]),
                let share = Self.perMille(values[1])
            else { return .sample }
            samples[stratum] = share
        case "judged_twice":
            guard values.count == 1, let share = Self.perMille(values[0]) else {
                return .judgedTwice
            }
            judgedTwice = share
        case _ where ServiceRules.names.contains(name): return service.set(name, values)
        default: return .unknownRule
        }
        return nil
    }

    /// What may be said once: of some rules each line says something else.
    private static func key(_ name: String, _ words: [String]) -> String {
        switch name {
        case "sample": words.prefix(2).joined(separator: " ")
        case "due": (words.prefix(2) + words.dropFirst(3)).joined(separator: " ")
        case "hours", "holiday": words.joined(separator: " ")
        default: name
        }
    }

    private static func perMille(_ text: String) -> Int64? {
        Int64(text).flatMap { (1...1000).contains($0) ? $0 : nil }
    }

    /// The lines that give these rules again.
    package var text: String {
        var lines: [String] = []
        if let fourEyes { lines.append("four_eyes \(fourEyes.decimal)") }
        for stratum in Sample.Stratum.allCases {
            if let share = samples[stratum] { lines.append("sample \(stratum.rawValue) \(share)") }
        }
        if judgedTwice > 0 { lines.append("judged_twice \(judgedTwice)") }
        lines += service.lines
        return lines.joined(separator: "\n")
    }
}

extension HouseRules {
    /// The sample that an item of a stratum is drawn as; nil where it is not. Nobody who does not know the rules' salt can foretell
    /// it, and whoever asks again has the same answer.
    package func drawn(_ item: ItemID, of stratum: Sample.Stratum) -> Sample? {
        samples[stratum].flatMap { share in isDrawn(item, "sample", share) ? Sample(stratum, perMille: share) : nil }
    }

    /// Whether a second person judges an item.
    package func judgesTwice(_ item: ItemID) -> Bool { isDrawn(item, "second look", judgedTwice) }

    private func isDrawn(_ item: ItemID, _ what: String, _ perMille: Int64) -> Bool {
        let digest = Digest32(of: [Array("cordon desk \(what)".utf8), Array(salt.utf8), item.bytes])
        return UInt64(bigEndianBytes: digest.bytes[..<8]) % 1000 < UInt64(perMille)
    }
}

extension ItemID {
    /// What records of the desk's own rules are about.
    package static let house = ItemID(String(repeating: "0", count: 32))!
}
