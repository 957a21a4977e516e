import Foundation
import Yams

/// What is wrong with a configuration file, and where.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package var file: String
    /// From 1; 0 where the file as a whole is meant.
    package var line: Int
    package var reason: String

    package var description: String { line > 0 ? "\(file):\(line): \(reason)" : "\(file): \(reason)" }
}

/// A place in a YAML file that knows its line, so that every mistake can be pointed at.
struct YAMLNode {
    let file: String
    let path: String
    let node: Node

    init(file: String) throws(ConfigurationError) {
        let name = file
        let file = PipelinesFolder.own.path(name)
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            let advice = PipelinesFolder.own.advice(name).map { "; \($0)" } ?? ""
            throw ConfigurationError(file: name, line: 0, reason: "the file is missing or can't be read\(advice)")
        }
        try self.init(text: text, file: file)
    }

    /// - Parameter file: what mistakes are said to be in.
    init(text: String, file: String) throws(ConfigurationError) {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw ConfigurationError(file: file, line: 0, reason: "the file is empty")
            }
            self.init(file: file, path: "", node: node)
        } catch let error as ConfigurationError {
            throw error
        } catch let error as YamlError {
            throw Self.translate(error, file)
        } catch {
            throw ConfigurationError(file: file, line: 0, reason: "\(error)")
        }
    }

    private init(file: String, path: String, node: Node) {
        self.file = file
        self.path = path
        self.node = node
    }

    private static func translate(_ error: YamlError, _ file: String) -> ConfigurationError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationError(file: file, line: mark.line, reason: "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigurationError(
                file: file, line: context.mark.line,
                reason: "given twice: \(keys.map { "`\($0)`" }.joined(separator: ", "))")
        default: ConfigurationError(file: file, line: 0, reason: "not YAML: \(error)")
        }
    }

    func wrong(_ reason: String) -> ConfigurationError {
        ConfigurationError(file: file, line: line, reason: path.isEmpty ? reason : "\(path): \(reason)")
    }

    /// The keys of a mapping must be among `known`: a misspelt one is a mistake, not a default.
    func allow(_ known: String...) throws(ConfigurationError) { try allow(known) }

    func allow(_ known: [String]) throws(ConfigurationError) {
        guard let mapping = node.mapping else { throw wrong("a mapping (key: value) belongs here") }
        for (key, _) in mapping where !known.contains(key.string ?? "") {
            throw YAMLNode(file: file, path: path, node: key).wrong(
                "unknown key `\(key.string ?? "?")`; known here: \(known.joined(separator: ", "))")
        }
    }

    func optional(_ key: String) -> YAMLNode? {
        guard let value = node.mapping?[Node(key)] else { return nil }
        return YAMLNode(file: file, path: path.isEmpty ? key : "\(path).\(key)", node: value)
    }

    func child(_ key: String) throws(ConfigurationError) -> YAMLNode {
        guard let child = optional(key) else { throw wrong("`\(key)` is missing") }
        return child
    }

    var isMapping: Bool { node.mapping != nil }
    var isList: Bool { node.sequence != nil }
    /// From 1; 0 where it is not known.
    var line: Int { node.mark?.line ?? 0 }

    var list: [YAMLNode] {
        get throws(ConfigurationError) {
            guard let sequence = node.sequence else { throw wrong("a list belongs here") }
            return sequence.enumerated().map { YAMLNode(file: file, path: "\(path)[\($0.offset)]", node: $0.element) }
        }
    }

    /// Keys and values of a mapping, in order.
    var entries: [(name: YAMLNode, value: YAMLNode)] {
        get throws(ConfigurationError) {
            guard let mapping = node.mapping else { throw wrong("a mapping (key: value) belongs here") }
            return mapping.map { key, value in
                (
                    YAMLNode(file: file, path: path, node: key),
                    YAMLNode(file: file, path: "\(path).\(key.string ?? "?")", node: value)
                )
            }
        }
    }

    var string: String {
        get throws(ConfigurationError) {
            guard let text = node.string, !text.isEmpty else { throw wrong("a text belongs here") }
            return text
        }
    }

    func int(in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        guard let value = node.int, range.contains(value) else {
            throw wrong("a whole number from \(range.lowerBound) to \(range.upperBound) belongs here")
        }
        return value
    }

    func number(in range: ClosedRange<Double>) throws(ConfigurationError) -> Double {
        guard let value = node.float ?? node.int.map(Double.init), range.contains(value) else {
            throw wrong("a number from \(range.lowerBound) to \(range.upperBound) belongs here")
        }
        return value
    }

    /// A span of time such as `90s`, `10m`, `1h` or `7d`, in seconds.
    var seconds: Int64 {
        get throws(ConfigurationError) {
            let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
            guard let text = node.string, let unit = text.last.flatMap({ units[$0] }),
                let number = Int64(text.dropLast()), (0...1_000_000_000).contains(number)
            else { throw wrong("a span such as 90s, 10m, 1h or 7d belongs here") }
            return number * unit
        }
    }

    var bool: Bool {
        get throws(ConfigurationError) {
            guard let value = node.bool else { throw wrong("true or false belongs here") }
            return value
        }
    }

    /// 1 to `most` bytes.
    func base64(atMost most: Int) throws(ConfigurationError) -> [UInt8] {
        guard let data = Data(base64Encoded: try string), (1...most).contains(data.count) else {
            throw wrong("1 to \(most) bytes in base64 belong here")
        }
        return Array(data)
    }

    func base64(count: Int) throws(ConfigurationError) -> [UInt8] {
        guard let data = Data(base64Encoded: try string), data.count == count else {
            throw wrong("\(count) bytes in base64 belong here")
        }
        return Array(data)
    }
}
