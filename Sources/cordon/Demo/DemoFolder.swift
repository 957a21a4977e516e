import Records

/// Where everything of a demo lies. Keys, data and model are used again by the next run; `run` is made anew.
struct DemoFolder {
    let path: String

    var keys: DevelopmentKeys { DevelopmentKeys(directory: path + "/keys") }
    var model: String { path + "/model/model.json" }
    var bins: String { path + "/model/bins.json" }
    var run: String { path + "/run" }
    var log: String { path + "/run/log" }
    func state(_ role: String) -> String { path + "/run/state/\(role).sqlite" }
    func agent(_ member: MemberID) -> String { path + "/run/state/\(member)" }
    func metrics(_ role: String) -> String { path + "/run/metrics/\(role).prom" }
    func logFile(_ role: String) -> String { path + "/run/logs/\(role).log" }
}
