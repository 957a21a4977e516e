import Formats
import Foundation
import Policy
import Records

/// Values that a field is compared with, each with its place, so that a mistake in a list of thousands has a line.
final class PolicyList {
    struct Entry {
        var text: String
        var file: String
        var line: Int
    }

    /// Nil for one that stands in a rule itself.
    let name: String?
    let entries: [Entry]
    /// What the entries are for fields of one spelling. Made once, however many rules use them.
    private var sets: [Spelling: ValueSet] = [:]

    init(name: String?, _ entries: [Entry]) {
        self.name = name
        self.entries = entries
    }

    /// Entries in the field's spelling; those that end in `*` as beginnings.
    ///
    /// - Parameter notes: gets what is odd about an entry, once for each spelling.
    /// - Throws: the first entry that is no value or beginning of the field.
    func values(for field: TextField, notes: PolicyNotes) throws(ConfigurationError) -> ValueSet {
        for entry in entries { if let fault = entry.fault(in: field) { throw wrong(entry, fault) } }
        if let known = sets[field.spelling] { return known }
        let set = ValueSet(
            texts: entries.lazy.filter { !$0.isPrefix }.map { field.spelling.canonical($0.text) },
            prefixes: entries.lazy.filter(\.isPrefix).flatMap { field.spelling.beginnings($0.beginning) })
        sets[field.spelling] = set
        note(field.spelling, notes)
        return set
    }

    /// Notes entries that say what an earlier one says, and those that hardly are what they look like.
    private func note(_ spelling: Spelling, _ notes: PolicyNotes) {
        var first: [String: Entry] = [:]
        for entry in entries {
            if let doubt = entry.doubt(spelling) { notes.add(wrong(entry, doubt), isDoubt: true) }
            let text = entry.isPrefix ? entry.text : spelling.canonical(entry.text)
            if let earlier = first[text] {
                notes.add(wrong(entry, "the same value as in line \(earlier.line)"), isDoubt: false)
            } else {
                first[text] = entry
            }
        }
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
        if let fault { throw node.wrong(fault) }
    }

    var isPrefix: Bool { text.utf8.count > 1 && text.hasSuffix("*") }
    /// The text of a beginning without its asterisk.
    fileprivate var beginning: String { String(text.dropLast()) }

    /// Why the text can be no field's value; nil where it can. A tab is a blank, as in an account's groups.
    fileprivate var fault: String? {
        let isText = text.unicodeScalars.allSatisfy { ($0.value >= 32 && $0.value != 127) || $0.value == 9 }
        guard FieldLimit.iso20022.takes(text), isText else {
            return "a value has at most 140 characters and no control characters"
        }
        if text.unicodeScalars.contains("\u{FFFD}") {
            return "U+FFFD stands where a character was lost, so it never matches: write the value anew, in UTF-8"
        }
        return text.allSatisfy(\.isWhitespace) ? "a value belongs here, and blanks alone are none" : nil
    }

    /// Why the text is no value or beginning of the field; nil where it is one.
    fileprivate func fault(in field: TextField) -> String? {
        guard field.takesPrefixes || !isPrefix else { return "`\(field.name)` has no beginnings (`*`)" }
        guard isPrefix ? field.takes(beginning: beginning) : field.takes(field.spelling.canonical(text)) else {
            return "\(field.form ?? "another value") belongs here: it is compared with `\(field.name)`"
        }
        if field.spelling.canonical(text).unicodeScalars.contains("\t") { return "a value has no control characters" }
        guard field.spelling == .account || field.spelling == .name, !isPrefix, !IBAN.isValid(text) else { return nil }
        let words = text.split { !$0.isLetter && !$0.isNumber && !" -".contains($0) }
        if words.count > 1, words.contains(where: { IBAN.isValid(String($0)) }) {
            return "more than an IBAN stands here: one value a line, a comment on a line of its own"
        }
        return field.spelling == .account && text.uppercased().hasPrefix("IBAN") && text.contains(where: \.isNumber)
            ? "no IBAN stands behind the word: it has 15 to 34 letters and digits, and check digits that hold" : nil
    }

    /// Why the entry hardly matches anything, though it has the form of a value; nil where nothing is odd.
    fileprivate func doubt(_ spelling: Spelling) -> String? {
        guard spelling == .account, !isPrefix, let folded = try? FoldedText(text).bytes,
            let iban = IBAN.compact(folded), !IBAN.checks(iban)
        else { return nil }
        return "never matches an account: it has an IBAN's form, and its check digits are wrong"
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

/// The paths of the list files that a policy names.
func policyListFiles(file: String) throws(ConfigurationError) -> [String] {
    var files: [String] = []
    for (_, value) in try YAMLNode(file: file).optional("lists")?.entries ?? [] where value.isMapping {
        files.append(try listFile(value.child("file")))
    }
    return files
}

/// A path beside the policy.
private func listFile(_ node: YAMLNode) throws(ConfigurationError) -> String {
    let base = URL(fileURLWithPath: node.file).deletingLastPathComponent()
    return URL(fileURLWithPath: try node.string, relativeTo: base).path
}

/// A list file: one value a line, without the blanks around it; nothing and what begins with `#` is passed over. It may
/// hold no value yet.
private func lines(_ node: YAMLNode) throws(ConfigurationError) -> [PolicyList.Entry] {
    let path = try listFile(node)
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
        if let fault = entry.fault { throw ConfigurationError(file: path, line: index + 1, reason: fault) }
        entries.append(entry)
    }
    return entries
}
