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

    package init() {}

    /// What is wrong with a line.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package var line: Int
        package var reason: String

        package init(line: Int, reason: String) {
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
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let name = words.first, !name.hasPrefix("#") else { continue }
            guard seen.insert(name).inserted else {
                throw Fault(line: number + 1, reason: "\(name) is there twice")
            }
            if let reason = set(name, Array(words.dropFirst())) { throw Fault(line: number + 1, reason: reason) }
        }
    }

    /// - Returns: why a line says nothing.
    private mutating func set(_ name: String, _ values: [String]) -> String? {
        switch name {
        case "four_eyes":
            guard values.count == 1, let amount = try? MinorUnits(decimal: values[0]), amount.value > 0 else {
                return "four_eyes AMOUNT, such as `four_eyes 10000`"
            }
            fourEyes = amount
        default: return "there is no such rule"
        }
        return nil
    }

    /// The lines that give these rules again.
    package var text: String {
        var lines: [String] = []
        if let fourEyes { lines.append("four_eyes \(fourEyes.decimal)") }
        return lines.joined(separator: "\n")
    }
}

extension ItemID {
    /// What records of the desk's own rules are about.
    package static let house = ItemID(String(repeating: "0", count: 32))!
}
