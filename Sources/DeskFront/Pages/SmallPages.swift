import Desk
import Records

/// Pages of a few lines.
extension PageFrame {
    /// - Parameters:
    ///   - trouble: why the latest try failed.
    ///   - unsent: what is to be sent again behind it.
    func signIn(trouble: String? = nil, name: String = "", unsent: UnsentForm? = nil) -> HTML {
        page(
            title: text(.signIn),
            """
            <div class="entry"><h1>Cordon <span class="member">\(member.name)</span></h1>
            \(trouble.map { "<p class=\"notice bad\" role=\"alert\">\($0)</p>" as HTML })
            <form method="post" action="/sign-in">\(unsent?.carried)
            <label>\(text(.name))<input name="name" autocomplete="username" autocapitalize="none" required value="\(name)"></label>
            <label>\(text(.password))<input name="password" type="password" autocomplete="current-password" required></label>
            <button class="main">\(text(.signIn))</button></form>
            \(hasProvider ? "<p><a class=\"button\" href=\"/oidc/start\">\(text(.atProvider))</a></p>" as HTML : nil)</div>
            """)
    }

    /// Leads somebody on who comes from the provider's page.
    var welcome: HTML {
        page(
            title: text(.signIn),
            """
            <div class="entry"><h1>Cordon <span class="member">\(member.name)</span></h1>
            <p><a class="button main" href="/">\(text(.signedIn))</a></p></div>
            """)
    }

    func link(_ token: String) -> HTML {
        page(
            title: text(.signIn),
            """
            <div class="entry"><h1>Cordon <span class="member">\(member.name)</span></h1>
            <p>\(text(.linkReady)) <strong>visitor</strong>.</p>
            <form method="post" action="/link"><input type="hidden" name="link" value="\(token)">
            <button class="main">\(text(.signIn))</button></form></div>
            """)
    }

    /// Who somebody is at the desk, and what for.
    var account: HTML {
        let user = session?.user
        let deeds = DeskRole.Deed.allCases.filter(may).map { text($0.phrase) }
        return page(
            title: user?.actor.name ?? "", place: "account",
            """
            <div class="entry"><h1>\(user?.actor.name ?? "")</h1>
            <p>\(text(.role)): <strong>\(user?.role.rawValue ?? "")</strong>\(
                user?.team.map { "; \(text(.team)): <strong>\($0)</strong>" as HTML })</p>
            <ul>\(deeds.map { "<li>\($0)</li>" as HTML })</ul></div>
            """)
    }

    /// - Parameter advice: what to do now.
    func trouble(title: String, advice: String) -> HTML {
        page(
            title: title,
            """
            <div class="entry"><h1>\(title)</h1><p>\(advice)</p><p><a href="/queue">\(text(.back))</a></p></div>
            """)
    }
}
