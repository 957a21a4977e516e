import Formats
import Records
package import Worlds

/// Reads how a folder of CSV files is replayed: `pipelines/replays/*.yaml`.
package func readReplay(file: String) throws(ConfigurationError) -> ReplaySource {
    let root = try YAMLNode(file: file)
    try root.allow("columns", "members", "truth")
    let columns = try root.child("columns")
    let extras = Mapping.Extra.allCases.filter { $0 != .currency }
    try columns.allow(
        ["id", "time", "customer", "terminal", "amount", "fraud", "scenario"] + extras.map(\.name))
    var source = ReplaySource(
        id: try columns.child("id").string, time: try columns.child("time").string,
        customer: try columns.child("customer").string, terminal: try columns.child("terminal").string,
        amount: try columns.child("amount").string, fraud: try columns.optional("fraud")?.string,
        scenario: try columns.optional("scenario")?.string, members: try members(root.child("members")))
    for extra in extras { source.extras[extra] = try columns.optional(extra.name)?.string }
    if let truth = root.optional("truth") {
        try truth.allow("file", "id", "fraud", "scenario")
        source.truth = ReplaySource.Truth(
            file: try truth.child("file").string, id: try truth.child("id").string,
            fraud: try truth.child("fraud").string, scenario: try truth.optional("scenario")?.string)
    }
    guard (source.truth == nil) != (source.fraud == nil) else {
        throw root.wrong("outcomes come either from the column `fraud` or from a `truth` file")
    }
    return source
}

private func members(_ node: YAMLNode) throws(ConfigurationError) -> ReplaySource.Members {
    try node.allow("by_last_digit", "column")
    if let column = node.optional("column") { return .column(try column.string) }
    let digits = try node.child("by_last_digit")
    var owners = [MemberID?](repeating: nil, count: 10)
    for (name, list) in try digits.entries {
        let member = try readMember(name, known: [])
        for digit in try list.list {
            let value = try digit.int(in: 0...9)
            guard owners[value] == nil else { throw digit.wrong("the digit is given twice") }
            owners[value] = member
        }
    }
    guard case let all = owners.compactMap({ $0 }), all.count == 10 else {
        throw digits.wrong("each of the digits 0 to 9 belongs to a member")
    }
    return .byLastDigit(all)
}
