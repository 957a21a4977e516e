import Crypto
import Records

/// What pages load beside themselves. An address has the digest of what is there, so that it may be kept for ever.
enum DeskAssets {
    static let stylePath = path("style", wholeStyle, "css")
    static let scriptPath = path("script", wholeScript, "js")
    static let iconPath = path("icon", icon, "svg")

    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M8 1 2 3v5c0 4 3 6 6 7 3-1 6-3 6-7V3z" fill="#1f5fbf"/></svg>
        """

    private static func path(_ name: String, _ text: String, _ ending: String) -> String {
        "/assets/\(name)-\(hexadecimal(SHA256.hash(data: Array(text.utf8)).prefix(6))).\(ending)"
    }
}
