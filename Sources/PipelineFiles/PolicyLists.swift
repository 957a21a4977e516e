import Formats
import Foundation
import Policy

/// Values that a field is compared with, each with its place, so that a mistake in a list of thousands has a line.
struct PolicyList {
    struct Entry {
        var text: String
        var file: String
        var line: Int
    }

    /// Nil for one that stands in a rule itself.
    var name: String?
    var entries: [Entry] = []
    /// Entries as texts; those that end in `*` as beginnings. Made once, however many rules use it.
    var values = ValueSet()

    init(name: String?, _ entries: [Entry]) {
        self.name = name
        self.entries = entries
        values = ValueSet(
            texts: entries.lazy.filter { !$0.isPrefix }.map(\.text),
            prefixes: entries.lazy.filter(\.isPrefix).map { String($0.text.dropLast()) })
    }

    /// A mistake of an entry. It does not repeat the entry, which may identify somebody.
    func wrong(_ entry: Entry, _ reason: String) -> ConfigurationError {
        ConfigurationError(
            file: entry.file, line: entry.line, reason: (name.map { "list `\($0)`: " } ?? "") + reason)
    }
}

extension PolicyList.Entry {
    init(_ node: YAMLNode) throws(ConfigurationError) {
        self.init(text: try node.string, file: node.file, line: node.line)
        guard isText else { throw node.wrong("a value has at most 128 bytes and no control characters") }
    }

    var isPrefix: Bool { text.utf8.count > 1 && text.hasSuffix("*") }
    /// What a transaction's field can be.
    fileprivate var isText: Bool {
        text.utf8.count <= RecordParser.fieldLimit && !text.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
    }
}

/// The section `lists`: `name: [value, …]` or `name: { file: path }`, beside the policy's own file.
func readPolicyLists(_ section: YAMLNode) throws(ConfigurationError) -> [String: PolicyList] {
    var lists: [String: PolicyList] = [:]
    for (name, value) in try section.entries {
        let name = try name.string
        if value.isMapping {
            try value.allow("file")
            lists[name] = PolicyList(name: name, try lines(value.child("file")))
        } else {
            lists[name] = PolicyList(name: name, try inlineEntries(value))
        }
    }
    return lists
}

/// The values of a YAML list; at least one.
func inlineEntries(_ node: YAMLNode) throws(ConfigurationError) -> [PolicyList.Entry] {
    var entries: [PolicyList.Entry] = []
    for value in try node.list { entries.append(try PolicyList.Entry(value)) }
    guard !entries.isEmpty else { throw node.wrong("at least one value belongs here") }
    return entries
}

/// A list file: one value a line, without the blanks around it; nothing and what begins with `#` is passed over. It may
/// hold no value yet.
private func lines(_ node: YAMLNode) throws(ConfigurationError) -> [PolicyList.Entry] {
    let base = URL(fileURLWithPath: node.file).deletingLastPathComponent()
    let path = URL(fileURLWithPath: try node.string, relativeTo: base).path
    guard let data = FileManager.default.contents(atPath: path) else {
        throw node.wrong("\(path) is missing or can't be read")
    }
    // Editors put a byte-order mark first and a carriage return last.
    let blank = CharacterSet.whitespacesAndNewlines.union(CharacterSet(charactersIn: "\u{FEFF}"))
    var entries: [PolicyList.Entry] = []
    for (index, bytes) in data.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
        guard let line = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(file: path, line: index + 1, reason: "no UTF-8")
        }
        let text = line.trimmingCharacters(in: blank)
        if text.isEmpty || text.hasPrefix("#") { continue }
        let entry = PolicyList.Entry(text: text, file: path, line: index + 1)
        guard entry.isText else {
            throw ConfigurationError(
                file: path, line: index + 1, reason: "a value has at most 128 bytes and no control characters")
        }
        entries.append(entry)
    }
    return entries
}
