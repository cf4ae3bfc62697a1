//! The desk without a browser: somebody with roles, requests that carry their session, forms that carry their token.

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tower::ServiceExt;
use url::form_urlencoded::Serializer;
use yuqing::app::App;
use yuqing::model::Role;

/// Somebody at the desk.
pub struct Desk {
    pub app: Arc<App>,
    token: String,
    csrf: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    pub status: StatusCode,
    /// Where it leads; empty where nowhere.
    pub location: String,
    pub content_type: String,
    /// What it has the browser keep; empty where nothing.
    pub cookie: String,
    pub body: Vec<u8>,
}

impl Answered {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Desk {
    /// Somebody with every role.
    pub fn of(app: &Arc<App>) -> Desk {
        Desk::with_roles(app, "李芳", Role::ALL)
    }

    /// Somebody with some roles. The name is that of one test.
    pub fn with_roles(app: &Arc<App>, display: &str, roles: &[Role]) -> Desk {
        let name = format!("{display}0");
        let known = app.store.credentials(&name).expect("the store works");
        let user = known.map_or_else(
            || {
                app.add_user(&name, display, roles, None)
                    .expect("a good name")
            },
            |known| known.user,
        );
        let token = app
            .begin(&user, "127.0.0.1", "test", "测试")
            .expect("the store works");
        let visitor = app
            .visitor(&token)
            .expect("the store works")
            .expect("just begun");
        Desk {
            app: Arc::clone(app),
            token,
            csrf: visitor.csrf,
        }
    }

    /// What forms carry.
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// What the cookie carries.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A page; what it leaves to say is in it.
    pub async fn get(&self, path: &str) -> Answered {
        self.send(Request::get(path).body(Body::empty()).expect("a path"))
            .await
    }

    /// A form, with its token.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let mut form = Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf);
        for (name, value) in fields {
            form.append_pair(name, value);
        }
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.finish()));
        self.send(request.expect("a path")).await
    }

    /// A form with files: name, file name, media type, content.
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str, &[u8])],
    ) -> Answered {
        let boundary = "----a-boundary-of-our-own";
        let mut body = Vec::new();
        for (name, value) in [("csrf", self.csrf.as_str())].iter().chain(fields) {
            body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (name, file, kind, content) in files {
            body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {kind}\r\n\r\n").bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{boundary}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={boundary}");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body));
        self.send(request.expect("a path")).await
    }

    /// Any request, in this session, from this machine.
    pub async fn send(&self, mut request: Request<Body>) -> Answered {
        let cookie = format!("yuqing={}", self.token);
        request
            .headers_mut()
            .insert(header::COOKIE, cookie.parse().expect("letters"));
        ask(&self.app, request).await
    }
}

/// Any request as it is, from this machine.
pub async fn ask(app: &Arc<App>, request: Request<Body>) -> Answered {
    ask_from(app, Ipv4Addr::LOCALHOST.into(), request).await
}

/// Any request as it is, from some address.
pub async fn ask_from(app: &Arc<App>, peer: IpAddr, mut request: Request<Body>) -> Answered {
    let peer = SocketAddr::from((peer, 40_000));
    request.extensions_mut().insert(ConnectInfo(peer));
    let router = yuqing::web::router(Arc::clone(app));
    let response = router.oneshot(request).await.expect("never fails");
    let (parts, body) = response.into_parts();
    let header = |name| {
        let value = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    Answered {
        status: parts.status,
        location: header(header::LOCATION),
        content_type: header(header::CONTENT_TYPE),
        cookie: header(header::SET_COOKIE),
        body: to_bytes(body, 64 << 20).await.expect("a body").to_vec(),
    }
}
